"""Cluster libraries, and what a library file must not be able to do."""

import codecs
import os
import pickle
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from ccdseg.simulation.library import ClusterLibrary, default_library, load_cluster_library
from tests.refusal import refused

LEGACY = Path(__file__).parents[3] / "shared" / "data" / "legacy_clusters_sample.pkl"
CLUSTERS = [
    np.array([[1.5]]),
    np.array([[0.25, 0.0, 2.0], [0.0, 17.0, 0.0]]),
    np.array([[3, 0], [0, 1], [4, 4]]),
    np.asfortranarray(np.arange(1, 7, dtype=np.float32).reshape(2, 3)),
]


def assert_same_clusters(library, clusters):
    assert len(library) == len(clusters)
    for picture, cluster in zip(library, clusters, strict=True):
        assert picture.dtype == np.float32
        np.testing.assert_array_equal(picture, cluster)


def assert_refused(path, message):
    with refused(f"{re.escape(str(path))}.*{message}"):
        load_cluster_library(path)


def test_clusters_come_back_as_they_were_put_in():
    library = ClusterLibrary.from_arrays(CLUSTERS)
    assert_same_clusters(library, CLUSTERS)
    np.testing.assert_array_equal(library[-1], library[3])
    with pytest.raises(IndexError):
        library[4]


def test_sizes_and_energies_are_those_of_the_clusters():
    library = ClusterLibrary.from_arrays(CLUSTERS)
    assert list(zip(library.heights, library.widths, strict=True)) == [c.shape for c in CLUSTERS]
    np.testing.assert_array_equal(library.total_energies, [c.sum() for c in CLUSTERS])


def test_empty_margins_faint_deposits_and_empty_clusters_are_dropped():
    cluster = np.zeros((6, 7))
    cluster[2, 3], cluster[4, 3], cluster[5, 6] = 0.001, 5, 0.0009
    library = ClusterLibrary.from_arrays([np.zeros((3, 3)), cluster])
    assert_same_clusters(library, [np.array([[0.001], [0], [5]], dtype=np.float32)])


def test_random_clusters_survive_saving(tmp_path):
    rng = np.random.default_rng(1)
    clusters = [rng.gamma(1, 5, rng.integers(1, 12, 2)).astype(np.float32) + 1 for _ in range(30)]
    ClusterLibrary.from_arrays(clusters).save(tmp_path / "new" / "library.npz")
    assert_same_clusters(load_cluster_library(tmp_path / "new" / "library.npz"), clusters)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["library.npz"]


def test_an_npz_of_pictures_is_a_library(tmp_path):
    np.savez(tmp_path / "pictures.npz", *CLUSTERS)
    assert_same_clusters(load_cluster_library(tmp_path / "pictures.npz"), CLUSTERS)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickled_list_of_arrays_is_a_library(tmp_path, protocol):
    (tmp_path / "list.pkl").write_bytes(pickle.dumps(CLUSTERS, protocol=protocol))
    assert_same_clusters(load_cluster_library(tmp_path / "list.pkl"), CLUSTERS)


def test_a_pickle_under_the_names_of_old_numpy_is_a_library(tmp_path):
    new = pickle.dumps(CLUSTERS, protocol=2)
    old = new.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert old != new
    (tmp_path / "old.pkl").write_bytes(old)
    assert_same_clusters(load_cluster_library(tmp_path / "old.pkl"), CLUSTERS)


@pytest.mark.skipif(not LEGACY.is_file(), reason="the sample of the original is not at hand")
def test_the_sample_of_the_original_application_is_read():
    library = load_cluster_library(LEGACY)
    assert len(library) == 40
    assert library.energies.min() >= 0.001
    assert all(
        picture.shape == (h, w)
        for picture, h, w in zip(library, library.heights, library.widths, strict=True)
    )


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        (np.ones(3), "is 1-dimensional of type float64"),
        (np.ones((2, 2, 2)), "is 3-dimensional of type float64"),
        (np.ones((2, 2), dtype=bool), "of type bool"),
        (np.ones((2, 2), dtype=complex), "of type complex128"),
        (np.ones((2, 2), dtype=object), "of type object"),
        (np.array([["a"]]), "of type <U1"),
        (np.array([[1.0, -0.1]]), "negative or non-finite"),
        (np.array([[1.0, np.nan]]), "negative or non-finite"),
        (np.array([[1.0, np.inf]]), "negative or non-finite"),
    ],
)
def test_a_picture_that_is_no_deposit_is_refused(cluster, message):
    with refused(f"mine, cluster 1 .*{message}"):
        ClusterLibrary.from_arrays([np.ones((2, 2)), cluster], source="mine")


@pytest.mark.parametrize("clusters", [[], [np.zeros((2, 2))], [np.zeros((0, 3))]])
def test_a_library_without_energy_is_refused(clusters):
    with refused("mine holds no cluster with any energy"):
        ClusterLibrary.from_arrays(clusters, source="mine")


@pytest.mark.parametrize(
    "change",
    [
        {"rows": np.zeros(3, dtype=np.int16)},
        {"columns": np.zeros((4, 1), dtype=np.int16)},
        {"rows": np.array([0, 0, -1, 0], dtype=np.int16)},
        {"energies": np.array([1, 1, np.nan, 1], dtype=np.float32)},
        {"energies": np.array(["a", "b", "c", "d"])},
        {"offsets": np.array([0, 2])},
        {"offsets": np.array([0])},
        {"offsets": np.array([1, 4])},
        {"offsets": np.array([0, 3, 2, 4])},
        {"offsets": np.array([0.0, 4.0])},
    ],
    ids=str,
)
def test_a_saved_library_that_does_not_fit_together_is_refused(tmp_path, change):
    good = {
        "rows": np.array([0, 0, 1, 1], dtype=np.int16),
        "columns": np.array([0, 1, 0, 1], dtype=np.int16),
        "energies": np.ones(4, dtype=np.float32),
        "offsets": np.array([0, 4]),
    }
    np.savez(tmp_path / "good.npz", **good)
    assert_same_clusters(load_cluster_library(tmp_path / "good.npz"), [np.ones((2, 2))])
    np.savez(tmp_path / "bad.npz", **(good | change))
    assert_refused(tmp_path / "bad.npz", "do not fit each other")


class Call:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


ATTACKS = {
    "os.system": lambda marker: Call(os.system, f"touch '{marker}'"),
    "eval": lambda marker: Call(eval, f"open({marker!r}, 'w').close()"),
    "numpy.save": lambda marker: Call(np.save, marker, 0),
    "numpy.lib.format": lambda marker: Call(np.lib.format.open_memmap, marker, "w+", "f4", (1,)),
}


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_pickle_that_calls_a_function_is_refused_and_not_run(tmp_path, attack, protocol):
    marker = tmp_path / "marker.npy"
    payload = pickle.dumps([CLUSTERS[0], ATTACKS[attack](str(marker))], protocol=protocol)
    (tmp_path / "evil.pkl").write_bytes(payload)
    assert_refused(tmp_path / "evil.pkl", "only numpy arrays are admitted")
    assert not marker.exists()
    pickle.loads(payload)
    assert marker.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (Call(np.load, "x.npy"), "names numpy.*load, and only numpy arrays"),
        ([Call(getattr, np.ndarray, "tofile")], "getattr, and only numpy arrays"),
        ([Call(codecs.encode, "x", "rot13")], "codec 'rot13'"),
        ([np.ma.ones((2, 2))], "names numpy.ma"),
        ([np.float32(3)], "scalar, and only numpy arrays"),
        (OrderedDict(a=CLUSTERS[0]), "names collections.OrderedDict"),
        (dict(enumerate(CLUSTERS)), "not a plain list of numpy arrays"),
        (tuple(CLUSTERS), "not a plain list of numpy arrays"),
        (CLUSTERS[0], "not a plain list of numpy arrays"),
        ([CLUSTERS], "not a plain list of numpy arrays"),
        ([1.0, 2.0], "not a plain list of numpy arrays"),
        ([np.array([[1, "a"]], dtype=object)], "cluster 0 is 2-dimensional of type object"),
        ([np.ones((2, 2), dtype="M8[s]")], "of type datetime64"),
        ([np.ones(4)], "cluster 0 is 1-dimensional"),
        ([-CLUSTERS[0]], "cluster 0 holds negative"),
        ([], "no cluster with any energy"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_pickle_of_anything_but_pictures_is_refused(tmp_path, content, message, protocol):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(content, protocol=protocol))
    assert_refused(tmp_path / "x.pkl", message)


@pytest.mark.parametrize("kept", [0, 1, 50, -20, -1])
def test_a_truncated_pickle_is_refused(tmp_path, kept):
    (tmp_path / "half.pkl").write_bytes(pickle.dumps(CLUSTERS)[:kept])
    assert_refused(tmp_path / "half.pkl", "neither a .npz file nor a readable pickle")


@pytest.mark.parametrize("text", ["", "hello\nworld\n", "\nrow,column\n1,2\n", "1\n2\n", "# a\n"])
def test_a_text_file_is_refused(tmp_path, text):
    (tmp_path / "text.pkl").write_text(text)
    assert_refused(tmp_path / "text.pkl", "neither a .npz file nor a readable pickle")


def test_pickled_objects_inside_an_npz_are_refused(tmp_path):
    marker = tmp_path / "marker.npy"
    evil = np.array([[Call(np.save, str(marker), 0)]], dtype=object)
    np.savez(tmp_path / "evil.npz", evil)
    assert_refused(tmp_path / "evil.npz", "cannot be read as .npz")
    assert not marker.exists()


@pytest.mark.parametrize("name", ["nowhere.npz", "."])
def test_a_missing_library_is_refused(tmp_path, name):
    with refused(f"No cluster library {re.escape(str(tmp_path / name))}"):
        load_cluster_library(tmp_path / name)


def test_the_library_that_ships_holds_deposits_of_particles():
    library = default_library()
    assert library is default_library()
    assert len(library) >= 1000
    assert library.energies.min() >= 0.001
    assert 0.01 < library.total_energies.min() < 5
    assert 300 < library.total_energies.max() < 2000
