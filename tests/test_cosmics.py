"""Cosmics in X-ray images from end to end: simulate, train, segment, evaluate."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.table import QTable
from PIL import Image

from ccdseg.cli import main
from ccdseg.cli.commands import predict, train
from ccdseg.images_io.folders import read_mask
from tests.command_line import script, status


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folder in which all four commands were run."""
    place = tmp_path_factory.mktemp("cosmics")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        options = ["--n", "14", "--shape", "160x192", "--output", "data"]
        assert status(main, "simulate", "xray", *options) == 0
        options = ["--preset", "cosmics", "--weights", "cosmics-unet", "--epochs", "1"]
        options += ["--learning-rate", "1e-5", "--data", "data", "--output", "model"]
        assert status(script(train), *options) == 0
        options = ["--model", "model", "--clean", "--output", "masks"]
        assert status(script(predict), "data/Test", *options) == 0
        options = ["--model", "model", "--data", "data", "--output", "scores"]
        assert status(main, "evaluate", *options) == 0
    return place


def test_every_image_has_a_mask_of_its_size_that_mostly_agrees_with_the_truth(place):
    table = QTable.read(place / "scores" / "images.ecsv")
    images = sorted((place / "data" / "Test").glob("*.png"))
    assert len(images) == len(table) == 2
    for path in images:
        found = read_mask(place / "masks" / f"{path.stem}_mask.png")
        truth = read_mask(place / "data" / "TestAnnotation" / path.name)
        assert found.shape == truth.shape == (160, 192)
        assert np.mean(found == truth) > 0.97
    report = json.loads((place / "model" / "report.json").read_text())
    assert report["classes"]["cosmic"]["f1"] > 0.6


def test_cosmics_are_counted_cleaned_and_their_scores_drawn(place):
    counts = QTable.read(place / "masks" / "counts.ecsv")
    assert counts["n_particles"].sum() > 0
    for row in counts:
        stem = Path(str(row["file"])).stem
        with Image.open(place / "data" / "Test" / f"{stem}.png") as picture:
            image = np.asarray(picture)
        with Image.open(place / "masks" / f"{stem}_clean.png") as picture:
            cleaned = np.asarray(picture)
        mask = read_mask(place / "masks" / f"{stem}_mask.png").astype(bool)
        assert cleaned.dtype == image.dtype == np.uint16
        np.testing.assert_array_equal(cleaned[~mask], image[~mask])
    for name in ("boxes.png", "boxes_f1.png", "operating_curves.png"):
        with Image.open(place / "scores" / name) as picture:
            assert np.asarray(picture.convert("L")).std() > 5
