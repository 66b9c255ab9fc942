"""Command lines within this process: what they leave and what they say."""

from ccdseg.cli.output import run_script
from ccdseg.files import LOCK


def status(call, *arguments):
    """Exit status of a command line."""
    try:
        return call([str(argument) for argument in arguments])
    except SystemExit as stop:
        return stop.code


def files(folder):
    """Relative path and content of every file but locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LOCK
    }


def said(text):
    """Lines of standard error without progress bars."""
    return [line for line in text.splitlines() if line.strip() and "%|" not in line]


def script(command):
    return lambda argv: run_script(command, argv)
