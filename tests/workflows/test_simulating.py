"""Simulated sets, frames and libraries from a notebook: what is written, alike from the command."""

import json
from dataclasses import replace

import numpy as np
import pytest
from astropy.table import QTable

from ccdseg.cli import main
from ccdseg.dataset import load_array_set
from ccdseg.detector import DAMIC
from ccdseg.fits_io import read_frame
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    load_cluster_library,
    load_events,
    simulate_image,
)
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform
from ccdseg.workflows import simulate, simulate_library
from tests.command_line import files, status
from tests.refusal import refused

NAMES = ("images", "masks", "ambiguous")


def test_the_command_and_a_notebook_write_the_same_set(tmp_path):
    ours, theirs = tmp_path / "ours.npz", tmp_path / "theirs.npz"
    written = simulate("mixed", ours, n_images=3, shape=(48, 64), seed=5)
    assert written == [ours, tmp_path / "ours_deposits.npz"]
    options = ["-o", str(theirs), "--n", "3", "--shape", "48x64", "--seed", "5"]
    assert status(main, "simulate", "mixed", *options) == 0
    first, second = (load_array_set(path, n_classes=4) for path in (ours, theirs))
    for name in NAMES:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_full_frame_has_its_truth_and_its_elements_beside_it(tmp_path):
    recipe = RECIPES["test"].with_components(c.GlowSlab(probability=0.0))
    written = simulate(recipe, tmp_path / "a.fits.gz", shape=(96, 128), seed=2)
    names = ["a.fits.gz", "a_truth.fits.gz", "a_particles.fits.gz"]
    names += ["a_events.ecsv", "a_deposits.npz"]
    assert [path.name for path in written] == names
    assert set(files(tmp_path)) == {path.name for path in written}
    image, truth, owners = (read_frame(path) for path in written[:3])
    shining = recipe.scaled((96, 128)).with_components(c.GlowSlab())
    expected = simulate_image(shining, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(truth.data, expected.mask)
    np.testing.assert_array_equal(owners.data, expected.event_labels)
    (deposits,) = load_events(written[4])
    assert deposits.table.tobytes() == expected.events.table.tobytes()
    np.testing.assert_array_equal(image.data, np.rint(expected.image))
    table = QTable.read(written[3])
    assert len(table) == len(expected.table())
    assert "slab" in table["kind"].tolist()
    assert table["event"].max() == len(expected.events)


def test_a_recipe_detector_and_library_of_ones_own_are_used(tmp_path):
    library = ClusterLibrary.from_arrays([np.full((5, 9), 3.0)])
    recipe = RECIPES["test"].with_components(c.PastedClusters(number=Uniform(60.0, 60.0)))
    detector = replace(DAMIC, pedestal=500.0, read_noise=1.0)
    settings = {"n_images": 2, "shape": (128, 128), "detector": detector}
    simulate(recipe, tmp_path / "own.npz", library=library, **settings)
    found = load_array_set(tmp_path / "own.npz", n_classes=4)
    assert np.median(found.images) == pytest.approx(500, abs=1)
    signal = 3.0 * detector.adu_per_kev
    alone = np.abs(found.images[found.masks == 3] - 500 - signal) < 5
    assert alone.mean() > 0.5


def test_digitised_images_are_written_as_folders(tmp_path):
    written = simulate("xray", tmp_path / "set", n_images=3, shape=(32, 48), seed=1)
    assert written == [tmp_path / "set"]
    origin = json.loads((tmp_path / "set" / "simulation.json").read_text())
    assert (origin["seed"], origin["n_images"], origin["recipe"]["name"]) == (1, 3, "xray")
    with refused(r"set_of_floats must end on .npz, or on .fits for one full frame\.$"):
        simulate("general", tmp_path / "set_of_floats")


def test_a_library_is_generated_from_its_seed(tmp_path):
    assert simulate_library(tmp_path / "a.npz", 4, seed=3) == tmp_path / "a.npz"
    simulate_library(tmp_path / "b.npz", 4, seed=3)
    first, second = (load_cluster_library(tmp_path / f"{name}.npz") for name in "ab")
    np.testing.assert_array_equal(first.energies, second.energies)
    with refused("exists already"):
        simulate_library(tmp_path / "a.npz", 4)


def test_what_does_not_fit_is_refused_and_nothing_is_written(tmp_path):
    with refused("Unknown recipe 'dog'; one of: training, test"):
        simulate("dog", tmp_path / "a.npz")
    with refused("The recipe general makes its own particles"):
        simulate(
            "general", tmp_path / "a.npz", library=ClusterLibrary.from_arrays([np.ones((2, 2))])
        )
    with refused("No detector 'nothing'"):
        simulate("test", tmp_path / "a.npz", detector="nothing")
    with refused("a.txt must end on .npz"):
        simulate_library(tmp_path / "a.txt", 4)
    assert not any(tmp_path.iterdir())
