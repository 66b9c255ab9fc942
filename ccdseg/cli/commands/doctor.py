"""``ccdseg doctor``: whether the installation works."""

from __future__ import annotations

import argparse

from ccdseg.workflows import diagnose

DESCRIPTION = """\
Check the installation: versions, processors, the backend of Keras, OpenCV and its system
libraries, augmentation, and every model that ships, which segments a small image. The exit status
is 1 where something fails; the line says what to do. Paste the output into a report of an error.

  ccdseg doctor"""

_FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - the signature of all commands
    """Print one line per check; returns the exit status."""
    checks = diagnose()
    for check in checks:
        print(f"{'ok' if check.passed else 'FAILED':<7} {check.name}: {check.found}")
    return 0 if all(check.passed for check in checks) else _FAILED
