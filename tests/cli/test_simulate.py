"""``ccdseg simulate``: what it writes and refuses."""

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from ccdseg.cli import main
from ccdseg.dataset import load_array_set
from ccdseg.fits_io import read_frame
from ccdseg.images_io.folders import find_parts
from ccdseg.simulation import RECIPES, load_cluster_library, simulate_dataset
from tests.command_line import files, status


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("hacked",)


BAD_SIMULATIONS = [
    ("test -o a.txt", r"a.txt must end on \.npz"),
    ("test -o a", r"a must end on \.npz"),
    ("xray -o tiny", "tiny exists already; pass --overwrite"),
    ("xray --n 2 --shape 32x32 -o a", "2 images do not fill Train, Validation, Test; .*--n 3"),
    ("frame -o a.npz", r"a.npz must end on \.fits"),
    ("test -o single.fits", r"single.fits must end on \.npz"),
    ("frame -o single.fits", "single.fits exists already; pass --overwrite"),
    ("frame -o old.fits.fz", "old_truth.fits.fz exists already"),
    ("test -o a.npz --detector nothing", "No detector 'nothing'"),
    ("test -o a.npz --library missing.pkl", "No cluster library missing.pkl"),
    ("test -o a.npz --library single.fits", "single.fits is neither a .npz file nor a readable"),
    ("test -o a.npz --library dict.pkl", "dict.pkl is not a plain list of numpy arrays"),
    ("test -o a.npz --library evil.pkl", "evil.pkl is refused: .*mkdir"),
    ("test -o a.npz --library line.pkl", "line.pkl, cluster 0 is 1-dimensional"),
    ("clusters --n 1 -o a.txt", r"a.txt must end on \.npz"),
    ("test --n 1 --shape 32x32 -o old.npz --pictures", "old_label.png exists already"),
]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_SIMULATIONS)
def test_a_bad_simulation_is_refused(refused, line, message):
    for name in ("old_truth.fits.fz", "old_label.png"):
        Path(name).write_text("precious")
    Path("dict.pkl").write_bytes(pickle.dumps({"clusters": []}))
    Path("evil.pkl").write_bytes(pickle.dumps([Malicious()]))
    Path("line.pkl").write_bytes(pickle.dumps([np.ones(3)]))
    refused(message, "simulate", *line.split())
    assert not Path("hacked").exists()


@pytest.mark.usefixtures("workplace")
def test_a_simulated_set_is_that_of_its_recipe_and_seed():
    options = ["--n", "3", "--shape", "48x64", "--seed", "9", "--pictures"]
    assert status(main, "simulate", "test", "-o", "sets/test.npz", *options) == 0
    assert set(files(Path("sets"))) == {
        *("test.npz", "test_deposits.npz", "test_label.png", "test_charge.png")
    }
    found = load_array_set("sets/test.npz", n_classes=4)
    expected = simulate_dataset(
        RECIPES["test"].scaled((48, 64)), n_images=3, rng=np.random.default_rng(9)
    )
    for name in ("images", "masks", "ambiguous"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    ("name", "truth_name"),
    [
        ("my.fits", "my_truth.fits"),
        ("my.fits.fz", "my_truth.fits.fz"),
        ("my.fits.copy.fits.fz", "my.fits.copy_truth.fits.fz"),
    ],
)
def test_a_simulated_frame_comes_with_its_truth(name, truth_name):
    options = ["--shape", "96x128", "--seed", "4", "-o", name]
    assert status(main, "simulate", "frame", *options) == 0
    frame, truth = read_frame(name), read_frame(truth_name)
    assert (frame.label, truth.label) == ("CCD", "TRUTH")
    assert frame.data.shape == truth.data.shape == (96, 128)
    assert set(np.unique(truth.data)) <= {0, 1, 2, 3}
    assert frame.header["SIMSEED"] == truth.header["SIMSEED"] == 4
    dark = frame.data[truth.data == 0]
    assert dark.mean() == pytest.approx(frame.header["PEDESTAL"], abs=3)
    assert dark.std() == pytest.approx(frame.header["NOISE"], rel=0.2)
    assert frame.data[truth.data == 2].min(initial=10_000) > dark.max()


@pytest.mark.usefixtures("workplace")
def test_a_simulated_file_is_replaced_only_when_asked(refused):
    options = ["simulate", "clusters", "--n", "5", "-o", "clusters.npz"]
    assert status(main, *options) == 0
    assert len(load_cluster_library("clusters.npz")) == 5
    refused("clusters.npz exists already", *options)
    assert status(main, *options, "--n", "3", "--overwrite") == 0
    assert len(load_cluster_library("clusters.npz")) == 3


@pytest.mark.usefixtures("workplace")
def test_clusters_of_ones_own_are_pasted():
    assert status(main, "simulate", "clusters", "--n", "2", "-o", "own.npz") == 0
    for name, library in {"a": "own.npz", "b": "own.npz"}.items():
        options = ["--library", library, "--n", "1", "--seed", "1"]
        assert status(main, "simulate", "test", "-o", f"{name}.npz", *options) == 0
    assert status(main, "simulate", "test", "-o", "c.npz", "--n", "1", "--seed", "1") == 0
    own, again, shipped = (load_array_set(f"{name}.npz", n_classes=4).images for name in "abc")
    np.testing.assert_array_equal(own, again)
    assert not np.array_equal(own, shipped)


@pytest.mark.usefixtures("workplace")
def test_x_ray_images_are_written_as_folders_to_train_on():
    options = ["--n", "10", "--shape", "64x96", "--seed", "3"]
    assert status(main, "simulate", "xray", "-o", "cosmics", *options, "--pictures") == 0
    assert Path("cosmics_label.png").is_file()
    parts = find_parts("cosmics")
    sizes = {"Train": 6, "Validation": 2, "Test": 2}
    assert {name: len(part) for name, part in parts.items()} == sizes
    pairs = [pair for part in parts.values() for pair in part]
    assert status(main, "simulate", "xray", "-o", "same.npz", *options) == 0
    expected = load_array_set("same.npz", n_classes=4)
    for (image, mask), same, truth in zip(pairs, *expected, strict=True):
        np.testing.assert_array_equal(image, same)
        np.testing.assert_array_equal(mask, truth == 3)
    assert any(mask.any() for _, mask in pairs)
    origin = json.loads(Path("cosmics/simulation.json").read_text())
    assert (origin["seed"], origin["recipe"]["name"]) == (3, "xray")
    assert origin["recipe"]["shape"] == [64, 96]
    assert "simulate xray -o cosmics" in origin["command"]
