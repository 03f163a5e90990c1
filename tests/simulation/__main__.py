import logging, sys, time
from multiprocessing import Pool

logging.disable(logging.CRITICAL)
from tests.simulation.seeds import run


def one(s):
    return run(s)


if __name__ == "__main__":
    a, b = int(sys.argv[1]), int(sys.argv[2])
    t = time.perf_counter()
    bad = 0
    req = w = nl = st = 0
    if b == a + 1:
        o = run(a, keep_trace=True)
        if len(sys.argv) > 3:
            print("\n".join(o.lines))
        print("\n".join(o.done))
        print(o.violations)
        sys.exit()
    with Pool(2) as pool:
        for o in pool.imap(one, range(a, b), 4):
            req += o.requests
            w += o.writes
            nl += o.needless
            st += len(o.done)
            if o.violations:
                bad += 1
                print(o.seed, o.violations[:3], flush=True)
    dt = time.perf_counter() - t
    print(
        bad,
        "bad of",
        b - a,
        f"{dt / (b - a) * 1000:.0f} ms each (2 procs)",
        req / (b - a),
        "requests each, writes",
        w,
        "needless",
        nl,
        "steps",
        st,
    )
