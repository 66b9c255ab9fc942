"""Damaged and foreign `.npz` files, read as a data set and as a cluster library."""

import re
import zipfile

import numpy as np
import pytest

from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.errors import InputError
from ccdseg.simulation.library import ClusterLibrary, load_cluster_library
from tests.refusal import refused


def saved(path):
    rng = np.random.default_rng(1)
    ArraySet(rng.normal(size=(3, 30, 30)).astype(np.float32)).save(path)
    return path.read_bytes()


@pytest.mark.parametrize("load", [lambda p: load_array_set(p, n_classes=4), load_cluster_library])
@pytest.mark.parametrize("kept", [0.001, 0.01, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, load, kept):
    whole = saved(tmp_path / "whole.npz")
    (tmp_path / "half.npz").write_bytes(whole[: int(kept * len(whole))])
    with refused(re.escape(str(tmp_path / "half.npz"))):
        load(tmp_path / "half.npz")


def refuses(load, path):
    try:
        load(path)
    except InputError:
        return True
    return False


@pytest.mark.parametrize("load", [lambda p: load_array_set(p, n_classes=4), load_cluster_library])
def test_a_damaged_file_is_refused_or_read(tmp_path, load):
    whole = saved(tmp_path / "whole.npz")
    n_refused = 0
    for position in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        (tmp_path / "bad.npz").write_bytes(damaged)
        n_refused += refuses(load, tmp_path / "bad.npz")
    assert n_refused > 200


def test_other_files_are_refused(tmp_path):
    np.save(tmp_path / "one.npy", np.ones((2, 3, 4)))
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("images", "hello")
    with zipfile.ZipFile(tmp_path / "text2.npz", "w") as archive:
        archive.writestr("images.npy", "hello")
    for name in ("one.npy", "text.npz", "text2.npz"):
        with refused(name):
            load_array_set(tmp_path / name, n_classes=4)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": np.zeros(4, dtype=np.float32)},
        {"columns": np.zeros(4)},
        {"energies": -np.ones(4, dtype=np.float32)},
    ],
)
def test_a_saved_library_that_does_not_fit_together_is_refused(tmp_path, change):
    library = ClusterLibrary.from_arrays([np.ones((2, 2))])
    names = ("rows", "columns", "energies", "offsets")
    np.savez(tmp_path / "bad.npz", **({n: getattr(library, n) for n in names} | change))
    with refused("do not fit"):
        load_cluster_library(tmp_path / "bad.npz")


@pytest.mark.parametrize(
    "content", [b"Pone\ntwo\n", b"\x80\x04\x8c\x07os\nevil\x8c\x06system\x93."]
)
def test_a_pickle_cannot_break_the_line(tmp_path, content):
    (tmp_path / "evil.pkl").write_bytes(content)
    with refused("evil.pkl"):
        load_cluster_library(tmp_path / "evil.pkl")


def test_a_cluster_too_tall_for_int16_is_refused():
    with refused("cluster 0"):
        ClusterLibrary.from_arrays([np.ones((40_000, 1))])
