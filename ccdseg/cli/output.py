"""Running a command: parsing, logging, and one line for a mistake."""

from __future__ import annotations

import argparse
import logging
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import NoReturn

from tqdm import tqdm

from ccdseg.errors import InputError
from ccdseg.segmentation.memory import keep_freed_memory

_MISTAKE = 2
_OTHERS = {
    "absl": logging.ERROR,
    "tensorflow": logging.ERROR,
    "tifffile": logging.CRITICAL,
    "fabio": logging.CRITICAL,
}
"""Least level of what libraries log; the last two tell of damage that an error names already."""

_INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser that keeps the layout of its help and answers a mistake with one line."""

    def __init__(self, **kwargs) -> None:  # noqa: ANN003
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **kwargs
        )

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with status 2."""
        self.exit(_MISTAKE, f"{self.prog}: error: {message} (see --help)\n")


def declare(parser: argparse.ArgumentParser, command: ModuleType) -> None:
    """Declare the arguments of a command, and how much it writes to the terminal."""
    parser.description = command.DESCRIPTION
    command.add_arguments(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "-q", "--quiet", action="store_true", help="warnings and errors alone, no progress bars"
    )
    choice.add_argument(
        "-v", "--verbose", action="store_true", help="details, too, and where errors began"
    )


def run_script(command: ModuleType, argv: list[str] | None = None) -> int:
    """Run one command as a script of its own; returns the exit status."""
    parser = Parser()
    declare(parser, command)
    arguments = parser.parse_args(argv)
    arguments.command_line = _as_typed(f"python scripts/{parser.prog}", argv)
    return execute(command.run, arguments, prog=parser.prog)


def run_command(parser: Parser, command: ModuleType | None, argv: list[str]) -> int:
    """Run the command that the arguments name; returns the exit status.

    Parameters
    ----------
    parser : Parser
        Parser of all commands.
    command : module or None
        The command that is named; None where the arguments name none, which the parser refuses.
    argv : list of str
        Arguments.
    """
    arguments = parser.parse_args(argv)
    arguments.command_line = _as_typed(parser.prog, argv)
    return execute(command.run, arguments, prog=f"{parser.prog} {arguments.command}")


def _as_typed(program: str, argv: list[str] | None) -> str:
    return " ".join([program, shlex.join(sys.argv[1:] if argv is None else argv)]).strip()


def execute(
    run: Callable[[argparse.Namespace], int | None], arguments: argparse.Namespace, *, prog: str
) -> int:
    """Run `run`; a mistake of the user becomes one line and status 2."""
    arguments.prog = prog
    keep_freed_memory()
    try:
        bars = _no_bars() if arguments.quiet else nullcontext()
        with _logging(prog, level=_level(arguments)), bars:
            return run(arguments) or 0
    except (InputError, OSError) as error:
        print(f"{prog}: error: {error}", file=sys.stderr)
        return _MISTAKE
    except KeyboardInterrupt:
        print(f"{prog}: interrupted", file=sys.stderr)
        return _INTERRUPTED


class _AboveBars(logging.StreamHandler):
    """Writes lines above the progress bars, not into them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        tqdm.write(self.format(record), file=self.stream)


class _Lines(logging.Formatter):
    """Marks warnings and errors as such."""

    def __init__(self, prog: str) -> None:
        super().__init__()
        self._prog = prog

    def format(self, record: logging.LogRecord) -> str:
        """Text of the line."""
        if record.levelno >= logging.ERROR:
            return f"{self._prog}: error: {record.getMessage()}"
        mark = "warning: " if record.levelno >= logging.WARNING else ""
        traceback = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{mark}{record.getMessage()}{traceback}"


class _Once(logging.Filter):
    """Drops repeated lines of information, which each further frame would log again."""

    def __init__(self) -> None:
        super().__init__()
        self._said: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write the line."""
        line = record.getMessage()
        known = line in self._said
        self._said.add(line)
        return not known


@contextmanager
def _logging(prog: str, *, level: int) -> Iterator[None]:
    """Send information to standard output, warnings and errors to standard error."""
    usual, trouble = _AboveBars(sys.stdout), _AboveBars(sys.stderr)
    usual.addFilter(lambda record: record.levelno < logging.WARNING)
    usual.addFilter(_Once())
    trouble.setLevel(logging.WARNING)
    for handler in (usual, trouble):
        handler.setFormatter(_Lines(prog))
    for name, least in _OTHERS.items():
        logging.getLogger(name).setLevel(least)
    logger = logging.getLogger("ccdseg")
    handlers, level_before = logger.handlers, logger.level
    logger.handlers = [usual, trouble]
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.handlers = handlers
        logger.setLevel(level_before)


def _level(arguments: argparse.Namespace) -> int:
    """Least level of the lines that are written."""
    if arguments.quiet:
        return logging.WARNING
    return logging.DEBUG if arguments.verbose else logging.INFO


@contextmanager
def _no_bars() -> Iterator[None]:
    """Keep progress bars from being drawn, whoever makes them."""
    draw = tqdm.__init__

    def hide(bar: tqdm, *args: object, **kwargs: object) -> None:
        draw(bar, *args, **{**kwargs, "disable": True})

    tqdm.__init__ = hide
    try:
        yield
    finally:
        tqdm.__init__ = draw
