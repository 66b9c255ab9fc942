"""A limit on the time that a file may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def time_limit(
    seconds: float | None, *, error: type[BaseException] = TimeoutError
) -> Iterator[None]:
    """Raise an error where the block takes longer.

    It needs the main thread of a process on a system with alarms (not Windows); elsewhere there is
    no limit. Compiled code is interrupted when it returns.

    Parameters
    ----------
    seconds : float or None
        The limit (s); None for none.
    error : type of BaseException
        What is raised.
    """

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise error(f"it took longer than {seconds:g} s")

    has_alarms = hasattr(signal, "setitimer")
    if not seconds or not has_alarms or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
