"""Frames in FITS files with masks of four classes to train on."""

import argparse
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.cli import main
from ccdseg.cli.commands import train
from ccdseg.images_io.folders import ImageFolder
from ccdseg.mask import IGNORED
from ccdseg.segmentation.store import find_model
from ccdseg.training.config_file import read_plan
from ccdseg.training.data import LARGEST_PIECE
from ccdseg.training.frame_data import FrameData, FrameEntry
from ccdseg.workflows.learning.training_sets import load_own_images, prepare_sets
from tests.command_line import status
from tests.refusal import refused

RNG = np.random.default_rng(0)
SHAPES = ((40, 56), (24, 30))


def write(path, *arrays):
    path.parent.mkdir(parents=True, exist_ok=True)
    hdus = [fits.PrimaryHDU(), *(fits.ImageHDU(array) for array in arrays)]
    fits.HDUList(hdus).writeto(path, overwrite=True)


@pytest.fixture
def folder(tmp_path):
    """Two frames of two images each, of which a strip is not decided; masks follow brightness."""
    for name in ("first", "second"):
        masks = [RNG.integers(0, 4, shape).astype(np.uint8) for shape in SHAPES]
        images = [100.0 * mask for mask in masks]
        for mask in masks:
            mask[:, :3] = IGNORED
        write(tmp_path / "Train" / f"{name}.fits", *(image.astype(np.float32) for image in images))
        write(tmp_path / "TrainAnnotation" / f"{name}.fits", *masks)
    return tmp_path


def opened(folder, **options):
    parts = ImageFolder.open(folder / "Train", folder / "TrainAnnotation")
    return FrameData.open(parts, n_classes=4, **options)


def test_every_image_of_every_file_comes_with_its_mask(folder):
    data = opened(folder)
    assert len(data) == 4
    assert data.shape == (40, 56)
    for index in range(4):
        image, mask = data.pair(index, RNG)
        assert image.shape == mask.shape == SHAPES[index % 2]
        assert (mask[:, :3] == IGNORED).all()
        np.testing.assert_array_equal(image[:, 3:], 100.0 * mask[:, 3:])


def test_only_decided_pixels_count_for_the_frequencies(folder):
    data = opened(folder)
    masks = np.concatenate([data.pair(index, RNG)[1].ravel() for index in range(4)])
    expected = np.bincount(masks[masks != IGNORED]) / np.sum(masks != IGNORED)
    np.testing.assert_allclose(data.class_frequencies(4, rng=RNG), expected)
    with refused("looked through for 4 classes, and the segmenter has 2"):
        data.class_frequencies(2, rng=RNG)


def test_the_last_images_validate_whole(folder):
    first, last = opened(folder, in_pieces=True).split(0.25, rng=RNG)
    assert (len(first.entries), len(last.entries)) == (3, 1)
    assert (first.in_pieces, last.in_pieces) == (True, False)


def test_a_large_image_comes_once_for_every_piece(folder):
    small = opened(folder, in_pieces=True).entries[0]
    shape = (3 * LARGEST_PIECE, LARGEST_PIECE)
    large = FrameEntry(small.image, small.mask, 1, small.counts, shape)
    data = FrameData((small, large, small), in_pieces=True)
    assert len(data) == 5
    assert [data.pair(index, RNG)[0].shape for index in range(5)] == [
        SHAPES[0],
        *[SHAPES[1]] * 3,
        SHAPES[0],
    ]
    assert len(list(data.sample(10, rng=RNG))) == 3


def test_pixels_that_are_not_finite_are_not_decided(folder):
    path = folder / "Train" / "first.fits"
    with fits.open(path) as hdus:
        arrays = [hdu.data.copy() for hdu in hdus[1:]]
    arrays[0][7, 9] = np.nan
    write(path, *arrays)
    image, mask = opened(folder).pair(0, RNG)
    assert np.isfinite(image).all()
    assert mask[7, 9] == IGNORED


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ([np.zeros(SHAPES[0], np.uint8)], "first.fits holds 2 images and .*first.fits 1; give one"),
        (
            [np.zeros(SHAPES[0], np.uint8), np.zeros((24, 31), np.uint8)],
            "has 24×31 pixels and .* 24×30; give both of one size",
        ),
        (
            [np.zeros(SHAPES[0], np.uint8), np.full(SHAPES[1], 4, np.uint8)],
            "holds the value 4; there are 4 classes, 0 to 3, and 255 for what is not decided",
        ),
        (
            [np.zeros(SHAPES[0]), np.full(SHAPES[1], 0.5)],
            "holds the value 0.5; there are 4 classes",
        ),
    ],
)
def test_masks_that_do_not_fit_are_refused(folder, arrays, message):
    write(folder / "TrainAnnotation" / "first.fits", *arrays)
    with refused(message):
        opened(folder)


def test_frames_train_a_model_of_four_classes(folder, tmp_path):
    config = tmp_path / "tiny.toml"
    config.write_text('architecture = "lean_unet"\n[network]\nfilters = [2, 2]\nhead = 2\n')
    options = ["--config", config, "--data", folder, "--simulated-share", "0.5", "--epochs", "1"]
    assert status(main, "train", *options, "--output", tmp_path / "new") == 0
    report = json.loads((tmp_path / "new" / "report.json").read_text())
    assert len(report["classes"]) == 4
    assert report["n_test_images"] == 1
    decided = SHAPES[1][0] * (SHAPES[1][1] - 3)
    assert sum(row["support"] for row in report["unambiguous"]["classes"].values()) == decided


def test_few_frames_come_again_in_an_epoch(folder):
    data = replace(opened(folder, in_pieces=True), n_times=3)
    assert len(data) == 12
    shapes = [data.pair(index, RNG)[0].shape for index in range(12)]
    assert shapes == [SHAPES[number % 2] for number in range(4) for _ in range(3)]
    assert len(list(data.sample(10, rng=RNG))) == 4


def test_a_model_goes_on_by_its_own_plan_among_simulated_frames(folder, tmp_path):
    model = shutil.copytree(find_model("damic-unet"), tmp_path / "old")
    own = read_plan(model / "config.toml")
    arguments = argparse.ArgumentParser()
    train.add_arguments(arguments)
    line = ["--data", str(folder), "--weights", str(model), "--epochs", "2"]
    plan = train.choose_plan(arguments.parse_args(line))
    for name in ("architecture", "network", "normalizer", "classes", "recipe"):
        assert getattr(plan, name) == getattr(own, name)
    assert (plan.weights, plan.data, plan.config.epochs) == (str(model), folder, 2)
    assert plan.config.learning_rate < own.config.learning_rate
    plan = replace(plan, least_own=10)
    (training,) = prepare_sets(plan, load_own_images(plan)).training
    assert (len(training.own), len(training.simulated)) == (12, 12)
