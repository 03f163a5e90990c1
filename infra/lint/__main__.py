"""Prints what is wrong, a line each; the exit code tells whether there was anything."""

import sys

from infra.lint.run import FOLDER, lint

if __name__ == "__main__":
    findings = lint()
    for finding in findings:
        print(f"{FOLDER.name}/{finding}")
    sys.exit(1 if findings else 0)
