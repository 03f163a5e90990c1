import re

from localdev import requirements

FORBIDDEN = ("azure-functions-worker", "azure-functions-runtime")


def test_the_files_are_what_pyproject_says() -> None:
    for file, text in requirements.rendered().items():
        assert file.read_text(encoding="utf-8") == text, f"{file.name} is out of date: make requirements"


def test_every_line_is_a_pin() -> None:
    for text in requirements.rendered().values():
        pins = [line for line in text.splitlines() if not line.startswith("#")]
        assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)] == []


def test_what_is_deployed_does_not_choose_the_runtime() -> None:
    """A line for it switches the platform to that runtime (Python 3.13 changes in the Functions Python worker)."""
    [runtime] = [text for file, text in requirements.rendered().items() if file.name == "requirements.txt"]
    assert not [line for line in runtime.splitlines() if line.startswith(FORBIDDEN)]
