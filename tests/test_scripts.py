"""The scripts, end to end, as a user types them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from ccdseg.simulation import RECIPES, simulate_image

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
SHAPES = {"CCD_A": (300, 420), "CCD_B": (64, 901)}


def run(folder, name, *arguments):
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, SCRIPTS / name, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """Return a folder in which a model was trained and a frame of two images segmented with it."""
    folder = tmp_path_factory.mktemp("scripts")
    rng = np.random.default_rng(6)
    images = [simulate_image(RECIPES["test"].scaled(shape), rng=rng) for shape in SHAPES.values()]
    raw = [np.rint(simulated.image).astype(np.uint16) for simulated in images]
    hdus = [fits.ImageHDU(data, name=name) for name, data in zip(SHAPES, raw, strict=True)]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(folder / "frame.fits")
    options = ["--simulate", "8", "--epochs", "1", "--output", "models/mine"]
    training = run(folder, "train.py", *options)
    prediction = run(folder, "load_model.py", "frame.fits", "--model", "models/mine")
    return folder, training, prediction


def test_both_scripts_end_well_and_say_where_the_results_are(workplace):
    _, training, prediction = workplace
    for process in (training, prediction):
        assert process.returncode == 0, process.stderr
        assert "Warning" not in process.stderr
    assert "models/mine" in training.stdout
    assert "accuracy" in training.stdout
    assert "frame.fits → segmentation/: frame_CCD_A_events.png" in prediction.stdout
    assert all(name in prediction.stdout for name in SHAPES)


def test_training_leaves_a_model_with_its_report(workplace):
    folder = workplace[0] / "models" / "mine"
    report = json.loads((folder / "report.json").read_text())
    assert report["n_test_images"] == 42
    (training,) = json.loads((folder / "training.json").read_text())
    assert training["command"] == (
        "python scripts/train.py --simulate 8 --epochs 1 --output models/mine"
    )
    assert training["images"] == 8
    for name in ("curves", "panels", "confusion"):
        with Image.open(folder / f"{name}.png") as picture:
            assert min(picture.size) > 300


def test_every_image_of_the_frame_is_segmented_in_its_size(workplace):
    with fits.open(workplace[0] / "segmentation" / "frame_mask.fits", checksum=True) as hdus:
        *masks, events = hdus[1 : len(SHAPES) + 2]
        assert {hdu.name: hdu.shape for hdu in masks} == SHAPES
        assert all(hdu.header["SEGMODEL"] == "mine" for hdu in masks)
        assert events.name == "EVENTS"
        labels = {hdu.name: hdu.shape for hdu in hdus[len(SHAPES) + 2 :]}
        assert labels == {f"{name}_LABELS": shape for name, shape in SHAPES.items()}
    summary = json.loads((workplace[0] / "segmentation" / "frame_summary.json").read_text())
    for hdu in summary["hdus"]:
        assert tuple(hdu["shape"]) == SHAPES[hdu["hdu"]]
        shares = [row["percent"] for row in hdu["classes"].values()]
        assert sum(shares) == pytest.approx(100, abs=0.01)
    for name in SHAPES:
        for kind in ("segmentation.png", "overlay.png", "events.png", "events.reg", "spectrum.png"):
            assert (workplace[0] / "segmentation" / f"frame_{name}_{kind}").is_file()


def test_nothing_else_is_left(workplace):
    names = {path.name for path in workplace[0].iterdir()}
    assert names == {"frame.fits", "models", "segmentation"}
    assert [path.name for path in (workplace[0] / "models").iterdir()] == ["mine"]
    assert len(list((workplace[0] / "segmentation").glob("[!.]*"))) == 5 + 5 * len(SHAPES)
