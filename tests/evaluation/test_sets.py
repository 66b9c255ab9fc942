"""Frames that models are scored on: which, how many, and that none is held."""

import shlex

import numpy as np
import pytest

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.cli import evaluate
from ccdseg.cli.evaluation_sets import SimulatedFrames, choose_sets
from ccdseg.cli.output import Parser
from ccdseg.dataset import ArraySet
from ccdseg.images_io import write_png
from ccdseg.simulation import RECIPES, ClusterLibrary, simulate_dataset, simulate_image
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED
from tests.refusal import refused


def parsed(line):
    parser = Parser(prog="ccdseg evaluate")
    evaluate.add_arguments(parser)
    return parser.parse_args(shlex.split(line))


def test_the_default_sets_are_those_of_the_help():
    sets = choose_sets(parsed(""), CLASSES)
    assert {name: (len(frames), frames.seed) for name, frames in sets.items()} == {
        "test": (42, TEST_SEED),
        "general": (200, TEST_SEED),
    }
    sets = choose_sets(parsed("--recipe mixed test --seed 7 --shape 64x32"), CLASSES)
    assert list(sets) == ["mixed", "test"]
    assert {(len(frames), frames.seed) for frames in sets.values()} == {(42, 7)}
    assert sets["test"].recipe.shape == (64, 32)


def test_the_frames_of_the_recipe_test_are_those_of_every_training_report():
    frames = choose_sets(parsed("--recipe test"), CLASSES)["test"]
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
    line, library = (
        "--recipe test general --n 1 --shape 128x128",
        f"--library {tmp_path / 'own.npz'}",
    )
    own, usual = (choose_sets(parsed(text), CLASSES) for text in (f"{line} {library}", line))
    images = {
        name: [next(iter(sets[name])).image for sets in (own, usual)]
        for name in ("test", "general")
    }
    assert not np.array_equal(*images["test"])
    np.testing.assert_array_equal(*images["general"])


def test_a_model_of_cosmics_is_scored_on_x_rays_in_its_own_classes():
    sets = choose_sets(parsed("--shape 96x96"), COSMICS)
    assert {name: len(frames) for name, frames in sets.items()} == {"xray": 100}
    (frame,) = choose_sets(parsed("--shape 96x96 --n 1"), COSMICS)["xray"]
    (full,) = choose_sets(parsed("--shape 96x96 --n 1 --recipe xray"), CLASSES)["xray"]
    assert (full.mask == 3).any()
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


def test_a_folder_is_scored_by_its_part_to_test_whatever_the_sizes(folder):
    (frames,) = choose_sets(parsed(f"--data {folder}"), COSMICS).values()
    assert [(frame.name, frame.image.shape) for frame in frames] == [
        ("0.png", (20, 30)),
        ("1.png", (16, 24)),
    ]
    assert frames.origin == {"data": str(folder / "Test")}
    assert len(frames) == 2
    (clusters,) = choose_sets(parsed(f"--data {folder}"), CLASSES).values()
    for cosmic, cluster in zip(frames, clusters, strict=True):
        assert cosmic.mask.any()
        np.testing.assert_array_equal(cluster.mask, 3 * cosmic.mask)


def test_a_folder_that_does_not_fit_is_refused(folder):
    line = parsed(f"--data {folder}")
    stars = ClassCatalogue(dict.fromkeys(["sky", "star"], (0, 0, 0)))
    with refused("tell cosmics from background; the model .* tells sky, star apart"):
        choose_sets(line, stars)
    (folder / "Test").rename(folder / "Other")
    (folder / "TestAnnotation").rename(folder / "OtherAnnotation")
    with refused("holds Train; to score a model, add the folders Test and TestAnnotation"):
        choose_sets(line, COSMICS)


def test_methods_are_tuned_on_other_frames_where_there_are_any(folder, tmp_path):
    (simulated,) = choose_sets(parsed("--recipe test --shape 32x32"), CLASSES).values()
    others = simulated.others(2)
    assert (others.seed, len(others)) == (TEST_SEED + 1, 2)
    (frames,) = choose_sets(parsed(f"--data {folder}"), COSMICS).values()
    assert frames.others(2).origin == {"data": str(folder / "Train")}
    assert len(list(frames.others(2))) == len(frames.others(2)) == 2
    images = np.zeros((5, 8, 8), np.float32)
    ArraySet(images, images.astype(np.uint8)).save(tmp_path / "a.npz")
    (stored,) = choose_sets(parsed(f"--data {tmp_path / 'a.npz'}"), COSMICS).values()
    assert [frame.name for frame in stored.others(2)] == ["0", "1"]
