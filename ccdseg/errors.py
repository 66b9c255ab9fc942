"""The exception for input that the user can correct, and blocks of code without warnings."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


class InputError(ValueError):
    """Bad input: a single line that says what was found, where, and what to do.

    The command line prints the message and exits with status 2; a notebook shows it as any
    `ValueError`.
    """


@contextmanager
def without_warnings() -> Iterator[None]:
    """Ignore what this thread warns of in the block.

    `warnings.catch_warnings` replaces the filters of the whole process, so that of two threads one
    can lose warnings of the other, or leave its own filters behind for good. Here one filter stays,
    which holds in such blocks alone.
    """
    warnings.simplefilter("ignore", category=_QuietWarning)
    before, _quiet.here = _quiet.here, True
    try:
        yield
    finally:
        _quiet.here = before


class _Quiet(threading.local):
    """Whether this thread is in a block without warnings."""

    here = False


_quiet = _Quiet()


class _EveryWarningHere(type):
    """Type of a category that all warnings are of while their thread is in such a block."""

    def __subclasscheck__(cls, category: type) -> bool:
        return _quiet.here or category is cls


class _QuietWarning(Warning, metaclass=_EveryWarningHere):
    pass
