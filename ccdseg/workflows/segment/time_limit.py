"""A limit on the time that a file may take."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 0.05
"""Time (s) after which a thread that imports a module is looked at again."""


class _RungError(BaseException):
    """The time is over; no handler of exceptions on the way catches it."""


@contextmanager
def time_limit(
    seconds: float | None, *, error: type[BaseException] = TimeoutError
) -> Iterator[None]:
    """Raise an error where the block takes longer.

    The main thread is interrupted by an alarm, even while it sleeps or waits for a file. Other
    threads, and Windows, have no alarms: they are interrupted at the next line of Python. Compiled
    code is interrupted when it returns, and imports when they are done: half a module would fail
    all that follows, and compiled ones can crash.

    Parameters
    ----------
    seconds : float or None
        The limit (s); None for none.
    error : type of BaseException
        What is raised.
    """
    if not seconds:
        yield
        return
    main = threading.current_thread() is threading.main_thread()
    clock = _alarm if main and hasattr(signal, "setitimer") else _watch
    try:
        with clock(seconds):
            yield
    except _RungError:
        raise error(f"it took longer than {seconds:g} s") from None


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    outside = _n_importing(sys._getframe())  # noqa: SLF001
    over = threading.Event()

    def ring(_number: int, frame: FrameType | None) -> None:
        if over.is_set():  # set again, the alarm would end the process
            return
        if _n_importing(frame) > outside:
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)
            return
        raise _RungError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        over.set()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _watch(seconds: float) -> Iterator[None]:
    """Let a second thread interrupt this one."""
    thread, lock, over = threading.get_ident(), threading.Lock(), threading.Event()
    outside = _n_importing(sys._getframe())  # noqa: SLF001

    def ring() -> None:
        wait = seconds
        while not over.wait(wait):
            with lock:
                if over.is_set():
                    return
                frame = sys._current_frames().get(thread)  # noqa: SLF001
                if _n_importing(frame) <= outside:
                    _interrupt(thread, _RungError)
                    return
            wait = _AGAIN

    threading.Thread(target=ring, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            over.set()
        _interrupt(thread, None)  # one that has not been raised yet


def _n_importing(frame: FrameType | None) -> int:
    """Number of frames that import modules, from one of the stack down."""
    number = 0
    while frame is not None:
        number += frame.f_code.co_filename.startswith("<frozen importlib")
        frame = frame.f_back
    return number


def _interrupt(thread: int, error: type[BaseException] | None) -> None:
    """Raise an error in a thread when it next runs Python code; None takes it back."""
    number = ctypes.c_ulong(thread)
    raised = ctypes.py_object(error) if error else ctypes.py_object()
    ctypes.pythonapi.PyThreadState_SetAsyncExc(number, raised)
