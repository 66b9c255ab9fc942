"""``ccdseg predict`` on pictures: masks, overlays, counts, cleaned images."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable
from PIL import Image
from scipy import ndimage

from ccdseg.classes import COSMICS
from ccdseg.cli import main
from ccdseg.cli.commands import predict
from ccdseg.images_io import read_picture
from ccdseg.images_io.folders import read_mask
from ccdseg.segmentation.segmenter import Segmenter
from tests.command_line import files, said, status

MODEL = ["--model", "cosmics", "--output", "results"]
TRACKS = (np.s_[10:13, 20:33], np.s_[35, 5:15])
OF_A_PICTURE = (
    *("mask.png", "overlay.png", "events.png", "spectrum.png", "segmentation.png"),
    *("events.ecsv", "summary.json"),
)


class Bright:
    """A segmenter that calls every pixel far above the median a cosmic."""

    name = "bright"
    classes = COSMICS

    def predict(self, image, **_options):
        self.mask = (image > np.median(image) + 40).astype(np.uint8)
        return self


def tracks(kind, *, level=100, seed=0):
    pixels = np.random.default_rng(seed).normal(level, 4, (48, 57))
    for track in TRACKS:
        pixels[track] += 90
    return pixels.round().astype(kind)


@pytest.fixture
def place(tmp_path, monkeypatch, cosmics_folder):
    """A folder with a model and an image of each kind, two tracks in each, the current one."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(cosmics_folder, "cosmics")
    Path("in").mkdir()
    Image.fromarray(tracks(np.uint8)).save("in/eight.png")
    Image.fromarray(tracks(np.uint16)).save("in/deep.png")
    Image.fromarray(np.dstack([tracks(np.uint8)] * 3)).save("in/colour.tif")
    image = fits.ImageHDU(tracks(np.uint16, level=40_000), name="SCI")
    fits.HDUList([fits.PrimaryHDU(), image]).writeto("in/frame.fits")
    return tmp_path


@pytest.fixture
def bright(place, monkeypatch):
    """Segment by brightness: which pixels are cosmics is known then. Figures are not drawn."""
    number = "ccdseg.workflows.segment.running.one_process._count_writers"
    monkeypatch.setattr(number, lambda *_, **__: 0)
    monkeypatch.setattr(predict, "chosen_model", lambda _: Bright())
    monkeypatch.setattr("ccdseg.plotting.save_figure", lambda _, path: path.touch())
    return place


def truth():
    mask = np.zeros((48, 57), np.uint8)
    for track in TRACKS:
        mask[track] = 1
    return mask


@pytest.mark.usefixtures("place")
def test_pictures_and_frames_are_segmented_in_one_call():
    assert status(main, "predict", "in/deep.png", "in/frame.fits", *MODEL) == 0
    names = {f"deep_{kind}" for kind in OF_A_PICTURE}
    names |= {f"frame_{kind}" for kind in (*OF_A_PICTURE[1:], "mask.fits", "events.reg")}
    assert set(files(Path("results"))) == names | {"counts.ecsv", "run.ecsv"}
    expected = Segmenter.load("cosmics").predict(read_picture("in/deep.png")).mask
    np.testing.assert_array_equal(read_mask("results/deep_mask.png"), expected)
    for path in Path("results").glob("*_overlay.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 300


@pytest.mark.usefixtures("bright")
def test_counts_are_those_of_the_masks():
    assert status(main, "predict", "in", *MODEL) == 0
    table = QTable.read("results/counts.ecsv")
    assert list(table["file"]) == ["colour.tif", "deep.png", "eight.png", "frame.fits"]
    assert list(table["hdu"]) == ["picture"] * 3 + ["SCI"]
    assert set(table["class"]) == {"cosmic"}
    for row in table:
        assert (row["rows"].value, row["columns"].value, row["n_particles"]) == (48, 57, 2)
        assert row["n_pixels"].value == truth().sum() == 49
        assert row["percent"] == pytest.approx(100 * 49 / (48 * 57), abs=1e-4)
    events = QTable.read("results/deep_events.ecsv")
    assert events["n_pixels"].value.tolist() == [39, 10]
    assert "particle" not in events.colnames


@pytest.mark.usefixtures("bright")
def test_a_detector_gives_energies_but_no_particles_to_cosmics():
    assert status(main, "predict", "in/deep.png", "--detector", "damic", *MODEL) == 0
    events = QTable.read("results/deep_events.ecsv")
    assert np.all(events["energy"].value > 0)
    assert not {"particle", "depth"} & set(events.colnames)


@pytest.mark.usefixtures("bright")
def test_one_bad_picture_is_named_and_the_others_are_counted(capsys):
    Path("in/bad.png").write_text("text")
    assert status(main, "predict", "in", *MODEL) == 1
    output = capsys.readouterr()
    (line,) = [line for line in said(output.err) if "error" in line]
    assert "in/bad.png cannot be read as an image" in line
    assert output.out.splitlines()[-1] == "results/counts.ecsv: 4 images, 8 particles"
    assert "bad.png" not in Path("results/counts.ecsv").read_text()


@pytest.mark.usefixtures("bright")
def test_counts_go_on_from_call_to_call(refused):
    assert status(main, "predict", "in/deep.png", *MODEL) == 0
    refused("deep_mask.png exists already", "predict", "in/eight.png", "in/deep.png", *MODEL)
    assert status(main, "predict", "in/eight.png", "in/frame.fits", *MODEL) == 0
    table = QTable.read("results/counts.ecsv")
    assert list(table["file"]) == ["deep.png", "eight.png", "frame.fits"]
    Image.fromarray(tracks(np.uint16)[:30]).save("in/deep.png")
    assert status(main, "predict", "in/deep.png", "--overwrite", *MODEL) == 0
    again = QTable.read("results/counts.ecsv")
    assert list(again["n_particles"]) == [1, 2, 2]
    assert list(again["rows"].value) == [30, 48, 48]


@pytest.mark.usefixtures("bright")
def test_a_table_of_someone_else_is_not_replaced(refused):
    Path("results").mkdir()
    Path("results/counts.ecsv").write_text("precious")
    refused("results/counts.ecsv is no table of counts", "predict", "in/deep.png", *MODEL)
    assert status(main, "predict", "in/deep.png", "--overwrite", *MODEL) == 0
    assert len(QTable.read("results/counts.ecsv")) == 1


@pytest.mark.usefixtures("bright")
def test_cleaned_images_differ_in_their_cosmics_alone():
    assert status(main, "predict", "in", "--clean", *MODEL) == 0
    outside = truth() == 0
    for name, read in {
        "eight.png": read_picture,
        "deep.png": read_picture,
        "colour.tif": read_picture,
        "frame.fits": lambda path: fits.getdata(path, "SCI"),
    }.items():
        before, after = read(f"in/{name}"), read(f"results/{name.replace('.', '_clean.')}")
        assert (after.dtype, after.shape) == (before.dtype, before.shape)
        np.testing.assert_array_equal(after[outside], before[outside])
        level = np.median(before)
        assert np.all(np.abs(after[~outside].astype(float) - level) < 20)
    with Image.open("results/deep_clean.png") as picture:
        assert picture.text["Software"].endswith("with the model bright")
    results = json.loads(Path("results/frame_summary.json").read_text())["results"]
    assert "frame_clean.fits" in results


@pytest.mark.usefixtures("bright")
def test_of_a_section_of_a_picture_the_rest_stays():
    options = ["--section", "[19:40,9:16]", "--clean", *MODEL]
    assert status(main, "predict", "in/colour.tif", *options) == 0
    np.testing.assert_array_equal(read_mask("results/colour_mask.png"), truth()[8:16, 18:40])
    before, after = read_picture("in/colour.tif"), read_picture("results/colour_clean.tif")
    changed = np.argwhere((before != after).any(axis=2))
    assert changed.min(axis=0).tolist() == [10, 20]
    assert changed.max(axis=0).tolist() == [12, 32]
    row = QTable.read("results/counts.ecsv")[0]
    assert (row["section"], row["n_particles"], row["n_pixels"].value) == ("[19:40,9:16]", 1, 39)


@pytest.mark.usefixtures("bright")
def test_a_frame_is_shown_with_its_first_row_on_top(monkeypatch):
    limits = {}

    def keep(figure, path):
        limits[path.name] = figure.axes[0].get_ylim()

    monkeypatch.setattr("ccdseg.plotting.save_figure", keep)
    assert status(main, "predict", "in/deep.png", "in/frame.fits", *MODEL) == 0
    assert limits["deep_overlay.png"][0] > limits["deep_overlay.png"][1]
    assert limits["frame_overlay.png"][0] < limits["frame_overlay.png"][1]


@pytest.mark.usefixtures("bright")
def test_components_touch_across_corners():
    pixels = tracks(np.uint8)
    pixels[20, 40] = pixels[21, 41] = 250
    Image.fromarray(pixels).save("in/corner.png")
    assert status(main, "predict", "in/corner.png", "--grow", "1", *MODEL) == 0
    mask = read_mask("results/corner_mask.png")
    assert ndimage.label(mask, np.ones((3, 3)))[1] == 3
    assert QTable.read("results/counts.ecsv")["n_particles"][0] == 3


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--restrict", "relabel-hot-blobs"], "Unknown class 'hot pixel'; .*background, cosmic"),
        (["--find", "cluster"], "Unknown class 'cluster'; the classes are: background, cosmic"),
        (["--hdu", "SCI"], "eight.png is a picture, which has no HDU 'SCI'"),
    ],
)
def test_what_does_not_fit_the_model_or_the_picture_is_refused(refused, options, message):
    refused(message, "predict", "in/eight.png", *options, *MODEL)


@pytest.mark.usefixtures("place")
def test_growing_and_cleaning_need_a_class_of_particles(refused):
    description = json.loads(Path("cosmics/segmenter.json").read_text())
    description["classes"][1]["name"] = "bright"
    Path("cosmics/segmenter.json").write_text(json.dumps(description))
    for option in (["--clean"], ["--grow", "1"]):
        refused(
            "None of the classes background, bright is one of particles",
            *("predict", "in/eight.png", *option, *MODEL),
        )
    assert status(main, "predict", "in/eight.png", *MODEL) == 0
    assert set(files(Path("results"))) == {
        *(f"eight_{kind}" for kind in ("mask.png", "segmentation.png", "summary.json")),
        "run.ecsv",
    }


@pytest.mark.usefixtures("bright")
def test_images_of_one_stem_are_refused_in_one_call_and_in_two(refused):
    shutil.copy("in/frame.fits", "in/deep.fits")
    refused("would all write results/deep_…: in/deep.fits, in/deep.png", "predict", "in", *MODEL)
    assert status(main, "predict", "in/deep.png", *MODEL) == 0
    refused("deep_events.ecsv exists already", "predict", "in/deep.fits", *MODEL)
    assert status(main, "predict", "in/deep.fits", "--overwrite", *MODEL) == 0
    assert not Path("results/deep_mask.png").exists()
    assert list(QTable.read("results/counts.ecsv")["file"]) == ["deep.fits"]
