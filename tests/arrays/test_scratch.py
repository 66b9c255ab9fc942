"""Arrays in temporary files: as those in memory, and nothing left behind."""

import errno
from pathlib import Path

import numpy as np
import pytest

from ccdseg.arrays import copy_of, empty, release, strips, with_halo


@pytest.fixture
def in_files(monkeypatch, tmp_path):
    monkeypatch.setattr("ccdseg.arrays.scratch.IN_MEMORY", 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_mapped_array_keeps_its_content_when_its_pages_are_let_go(in_files):
    array = empty((300, 200))
    array[:] = np.arange(60_000).reshape(300, 200)
    release(array[10:20], array)
    np.testing.assert_array_equal(array, np.arange(60_000).reshape(300, 200))
    assert type(array) is np.ndarray
    assert not list(in_files.iterdir())


@pytest.mark.usefixtures("in_files")
@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux")
def test_pages_that_were_let_go_are_no_memory_of_the_process():
    array = empty((4096, 1024))
    array[:] = 1.0
    before = resident(array)
    release(array)
    assert before >= array.nbytes // 1024
    assert resident(array) == 0


def resident(array):
    """Resident memory (KiB) of the mapping that holds an array."""
    found = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split()[0]
        if "-" in first and not first.endswith(":"):
            start, end = (int(part, 16) for part in first.split("-"))
            found = start <= array.ctypes.data < end
        elif found and line.startswith("Rss:"):
            return int(line.split()[1])
    return None


@pytest.mark.usefixtures("in_files")
def test_a_copy_is_one():
    array = np.arange(12, dtype=np.int16).reshape(3, 4)
    copy = copy_of(array)
    array[:] = 0
    np.testing.assert_array_equal(copy.ravel(), np.arange(12))


@pytest.mark.usefixtures("in_files")
def test_without_room_for_files_arrays_lie_in_memory(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ccdseg.arrays.scratch._reserve", full)
    assert empty((20, 30)).shape == (20, 30)


def test_strips_cover_all_rows_once(monkeypatch):
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 35)
    array = np.zeros((17, 10))
    for rows in strips(array):
        array[rows] += 1
    assert (array == 1).all()
    assert [rows.stop for rows in strips(array)] == [3, 6, 9, 12, 15, 17]


def test_a_halo_ends_at_the_edge():
    assert with_halo(slice(0, 5), 3, 7) == (slice(0, 7), slice(0, 5))
    assert with_halo(slice(4, 6), 3, 20) == (slice(1, 9), slice(3, 5))
