"""Blocks of code without warnings, in one thread of several."""

import threading
import warnings
from pathlib import Path

import pytest

import ccdseg
from ccdseg.errors import without_warnings


def test_what_a_block_warns_of_is_ignored_and_nothing_else():
    for _ in range(2):
        with without_warnings(), without_warnings():
            warnings.warn("inside", DeprecationWarning, stacklevel=1)
        with pytest.raises(UserWarning, match="outside"):
            warnings.warn("outside", UserWarning, stacklevel=1)


def test_another_thread_still_warns():
    entered, left, caught = threading.Event(), threading.Event(), []

    def quiet():
        with without_warnings():
            entered.set()
            left.wait(10)
            warnings.warn("inside", UserWarning, stacklevel=1)
            caught.append("nothing")

    thread = threading.Thread(target=quiet)
    thread.start()
    assert entered.wait(10)
    with pytest.raises(UserWarning, match="outside"):
        warnings.warn("outside", UserWarning, stacklevel=1)
    left.set()
    thread.join()
    assert caught == ["nothing"]


def test_filters_do_not_pile_up():
    with without_warnings():
        before = len(warnings.filters)
    for _ in range(3):
        with without_warnings():
            assert len(warnings.filters) == before


def test_nothing_replaces_the_filters_of_all_threads():
    package = Path(ccdseg.__file__).parent
    users = {path for path in package.rglob("*.py") if "with warnings." in path.read_text("utf-8")}
    assert not users
