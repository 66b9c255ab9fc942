"""What is written down so that a result can be made again."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ccdseg.version import __version__


def code_state() -> str:
    """Version of ccdseg and, in a git checkout, its commit, and whether the package was changed."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return f"{__version__}, commit {commit}{', changed' if changed else ''}"


def _git(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603 - the arguments are those above
        ["git", *arguments],  # noqa: S607
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
