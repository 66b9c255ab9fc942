"""Frames that models are scored on: which, how many, and that none is held."""

from types import SimpleNamespace

import numpy as np
import pytest

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.images_io import write_png
from ccdseg.simulation import DOMAINS, RECIPES, ClusterLibrary, simulate_dataset, simulate_image
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED
from ccdseg.workflows.evaluating.evaluation_frames import SimulatedFrames
from ccdseg.workflows.evaluating.evaluation_sets import choose_sets
from tests.refusal import refused


def sets_for(classes, **options):
    return choose_sets(SimpleNamespace(name="tiny", classes=classes), **options)


def test_the_default_sets_are_those_of_the_help():
    sets = sets_for(CLASSES)
    assert {name: (len(frames), frames.seed) for name, frames in sets.items()} == {
        "test": (42, TEST_SEED),
        "general": (200, TEST_SEED),
    }
    sets = sets_for(CLASSES, recipes=["mixed", "test"], seed=7, shape=(64, 32))
    assert list(sets) == ["mixed", "test"]
    assert {(len(frames), frames.seed) for frames in sets.values()} == {(42, 7)}
    assert sets["test"].recipe.shape == (64, 32)


def test_the_frames_of_the_recipe_test_are_those_of_every_training_report():
    frames = sets_for(CLASSES, recipes=["test"])["test"]
    rng = np.random.default_rng(TEST_SEED)
    trained = simulate_dataset(RECIPES["test"], n_images=N_TEST_IMAGES, rng=rng)
    assert len(frames) == len(trained)
    for i, frame in enumerate(frames):
        np.testing.assert_array_equal(frame.image, trained.images[i])
        np.testing.assert_array_equal(frame.mask, trained.masks[i])
        np.testing.assert_array_equal(frame.ambiguous, trained.ambiguous[i])


def test_frames_are_simulated_one_at_a_time(monkeypatch):
    made = []

    def simulate(*arguments, **named):
        made.append(simulate_image(*arguments, **named))
        return made[-1]

    monkeypatch.setattr("ccdseg.simulation.image.simulate_image", simulate)
    for number, _ in enumerate(SimulatedFrames(RECIPES["test"].scaled((16, 16)), 20, seed=0)):
        assert len(made) <= number + 2


def test_clusters_of_another_library_are_pasted(tmp_path):
    ClusterLibrary.from_arrays([np.full((5, 9), 3.0)]).save(tmp_path / "own.npz")
    options = {"recipes": ["test", "general"], "n_frames": 1, "shape": (128, 128)}
    usual = sets_for(CLASSES, **options)
    own = sets_for(CLASSES, **options, library=tmp_path / "own.npz")
    images = {
        name: [next(iter(sets[name])).image for sets in (own, usual)]
        for name in ("test", "general")
    }
    assert not np.array_equal(*images["test"])
    np.testing.assert_array_equal(*images["general"])


def test_a_model_of_cosmics_is_scored_on_x_rays_in_its_own_classes():
    sets = sets_for(COSMICS, shape=(96, 96))
    assert {name: len(frames) for name, frames in sets.items()} == {"light": 100}
    few = {"shape": (96, 96), "n_frames": 8}
    frames = sets_for(COSMICS, **few)["light"]
    whole = sets_for(CLASSES, recipes=["light"], **few)["light"]
    assert any((full.mask == 3).any() for full in whole)
    for frame, full in zip(frames, whole, strict=True):
        np.testing.assert_array_equal(frame.mask, full.mask == 3)
        np.testing.assert_array_equal(frame.image, full.image)


@pytest.fixture
def folder(tmp_path):
    """Two images to test, of different sizes, and three to train with."""
    rng = np.random.default_rng(2)
    for part, shapes in {"Test": [(20, 30), (16, 24)], "Train": [(20, 30)] * 3}.items():
        for number, shape in enumerate(shapes):
            image = rng.integers(0, 4000, shape, dtype=np.uint16)
            write_png(tmp_path / part / f"{number}.png", image)
            mask = (rng.random(shape) < 0.1).astype(np.uint8) * 255
            write_png(tmp_path / f"{part}Annotation" / f"{number}.png", mask)
    return tmp_path


def test_every_domain_of_light_is_a_set_of_its_own():
    sets = sets_for(COSMICS, recipes=tuple(DOMAINS), shape=(48, 48))
    assert {name: len(frames) for name, frames in sets.items()} == dict.fromkeys(DOMAINS, 100)
    assert {"rixs", "long-slit", "stars", "dark"} < set(sets)


def test_a_folder_is_scored_by_its_part_to_test_whatever_the_sizes(folder):
    (frames,) = sets_for(COSMICS, data=folder).values()
    assert [(frame.name, frame.image.shape) for frame in frames] == [
        ("0.png", (20, 30)),
        ("1.png", (16, 24)),
    ]
    assert frames.origin == {"data": str(folder / "Test")}
    assert len(frames) == 2
    (clusters,) = sets_for(CLASSES, data=folder).values()
    for cosmic, cluster in zip(frames, clusters, strict=True):
        assert cosmic.mask.any()
        np.testing.assert_array_equal(cluster.mask, 3 * cosmic.mask)


def test_a_folder_that_does_not_fit_is_refused(folder):
    stars = ClassCatalogue(dict.fromkeys(["sky", "star"], (0, 0, 0)))
    with refused("tell cosmics from background; the model .* tells sky, star apart"):
        sets_for(stars, data=folder)
    (folder / "Test").rename(folder / "Other")
    (folder / "TestAnnotation").rename(folder / "OtherAnnotation")
    with refused("holds Train; to score a model, add the folders Test and TestAnnotation"):
        sets_for(COSMICS, data=folder)


def test_methods_are_tuned_on_other_frames_where_there_are_any(folder, tmp_path):
    (simulated,) = sets_for(CLASSES, recipes=["test"], shape=(32, 32)).values()
    others = simulated.others(2)
    assert (others.seed, len(others)) == (TEST_SEED + 1, 2)
    (frames,) = sets_for(COSMICS, data=folder).values()
    assert frames.others(2).origin == {"data": str(folder / "Train")}
    assert len(list(frames.others(2))) == len(frames.others(2)) == 2
    images = np.zeros((5, 8, 8), np.float32)
    ArraySet(images, images.astype(np.uint8)).save(tmp_path / "a.npz")
    (stored,) = sets_for(COSMICS, data=tmp_path / "a.npz").values()
    assert [frame.name for frame in stored.others(2)] == ["0", "1"]
