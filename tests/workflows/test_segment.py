"""Segmentation as a workflow: the notebook, the command and the function agree."""

import json
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable
from PIL import Image

from ccdseg import fits_io, workflows
from ccdseg.classes import CLASSES, COLOUR_MAPS
from ccdseg.cli import main
from ccdseg.detector import DAMIC, DAMIC_M
from ccdseg.postprocessing import FillClusterHoles
from ccdseg.segmentation.loading import LazySegmenter
from tests.command_line import files, status
from tests.events.separation.pixels import round_deposits
from tests.refusal import refused

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = CLASSES["cluster"].index


class Bright:
    """A segmenter that calls every pixel far above the median a cluster."""

    name = "bright"
    above = 8.0
    classes = CLASSES

    def predict(self, image, **_options):
        self.mask = np.where(image > np.median(image) + self.above, CLUSTER, 0).astype(np.uint8)
        return self


def skipper(shape=(120, 150), *, gain=1.5, seed=0):
    """Image whose pixels gather at whole numbers of electrons, with three hits of 400 e⁻."""
    rng = np.random.default_rng(seed)
    charge = rng.poisson(0.4, shape).astype(float)
    for row, column in ((20, 30), (60, 31), (90, 100)):
        charge[row - 1 : row + 2, column - 1 : column + 2] += 400 / 9
    return (gain * (charge + rng.normal(0, 0.15, shape)) - 37).astype(np.float32)


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """Path of a frame that the README segments, in an empty folder, the current one."""
    monkeypatch.chdir(tmp_path)
    Path("datasets").mkdir()
    path = Path("datasets/sample_frame.fits.fz")
    frame = fits.CompImageHDU(skipper(), name="CCD_A", quantize_level=0, compression_type="GZIP_1")
    fits.HDUList([fits.PrimaryHDU(), frame]).writeto(path)
    return path


def values(column):
    """Plain values; text that was empty is masked after reading."""
    plain = column.filled("") if hasattr(column, "filled") else column
    return np.asarray(getattr(plain, "value", plain))


def assert_same_tables(first, second):
    assert first.colnames == second.colnames
    for name in first.colnames:
        assert first[name].unit == second[name].unit
        np.testing.assert_array_equal(values(first[name]), values(second[name]))


def test_readme_command_and_function_give_the_same_tables_and_files(sample):
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    notebook = {}
    with mpl.rc_context({"backend": "agg"}):
        exec(code, notebook)  # noqa: S102 - the code of our README
    options = ["--detector", "damic", "--output", "typed"]
    assert status(main, "predict", sample, *options) == 0
    frame = fits_io.read_frame(sample)
    result = workflows.segment_frame(frame, LazySegmenter("damic-unet"), detector="damic")
    assert len(result.events) >= 3
    typed = QTable.read("typed/sample_frame_events.ecsv")
    assert_same_tables(notebook["result"].events, result.events)
    assert_same_tables(typed, result.events)
    written, of_command = files(Path("segmentation")), files(Path("typed"))
    assert set(of_command) == {*written, "run.ecsv"}
    dated = ("mask.fits", "summary.json")
    assert all(of_command[name] == written[name] for name in written if not name.endswith(dated))
    np.testing.assert_array_equal(fits.getdata("typed/sample_frame_mask.fits", 1), result.mask)
    summaries = [
        json.loads(content["sample_frame_summary.json"])["hdus"][0]
        for content in (written, of_command)
    ]
    for summary in summaries:
        assert summary.pop("seconds") > 0
    assert summaries[0] == summaries[1]


@pytest.fixture
def bright(tmp_path, monkeypatch):
    """Segmenter by brightness, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Bright()


def test_an_array_is_segmented_as_the_frame_that_holds_it(bright):
    image = skipper()
    fits.PrimaryHDU(image).writeto("a.fits")
    read = workflows.segment_frame(fits_io.read_frame("a.fits"), bright, detector=DAMIC)
    plain = workflows.segment_frame(image.astype(float), bright, detector="damic")
    np.testing.assert_array_equal(plain.mask, read.mask)
    assert_same_tables(plain.events, read.events)
    assert plain.detector == DAMIC
    assert plain.statistics == read.statistics
    assert plain.statistics["cluster"]["components"] == 3
    plain.write("results", pictures="none")
    assert set(files(Path("results"))) == {
        *(f"frame_{kind}" for kind in ("mask.fits", "events.ecsv", "events.reg", "summary.json")),
        "counts.ecsv",
    }


def test_touching_particles_are_events_of_their_own_unless_unasked(bright):
    rng = np.random.default_rng(1)
    charge = rng.poisson(round_deposits((20.0, 20.3, 0.8, 5.9), (20.4, 24.2, 0.7, 6.5)))
    image = DAMIC_M.gain * (charge + rng.normal(0, 0.2, charge.shape))
    told = workflows.segment_frame(image, bright, detector=DAMIC_M)
    whole = workflows.segment_frame(image, bright, detector=DAMIC_M, separate=False)
    unknown = workflows.segment_frame(image, bright)
    assert [len(result.events) for result in (told, whole, unknown)] == [2, 1, 1]
    np.testing.assert_array_equal(told.mask, whole.mask)
    np.testing.assert_array_equal(told.event_labels > 0, told.mask == CLUSTER)
    assert set(np.unique(told.event_labels)) == {0, 1, 2}
    assert set(told.events["particle"]) == {"point-like"}


def test_restrictions_are_given_as_rules_or_by_name(bright):
    image = skipper()
    image[19:22, 29:32] = -37 + 1.5 * 400 / 9
    image[20, 30] = -37
    for restrict in ([FillClusterHoles()], ["fill-cluster-holes"], "fill cluster holes"):
        result = workflows.segment_frame(image, bright, restrict=restrict)
        assert [row["rule"] for row in result.changes] == ["fill cluster holes"]
        assert result.mask[20, 30] == CLUSTER
    assert len(workflows.segment_frame(image, bright, restrict=()).changes) == 0
    with refused("Unknown restriction 'circles'; the restrictions are: "):
        workflows.segment_frame(image, bright, restrict=["circles"])


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((2, 3, 4)), r"shape \(2, 3, 4\) and type float64 is no frame"),
        (np.zeros((3, 4), complex), "type complex128 is no frame"),
        (np.full((3, 4), np.nan), "No pixel of the array is finite"),
    ],
)
def test_what_is_no_frame_is_refused(bright, image, message):
    with refused(message):
        workflows.segment_frame(image, bright)


def test_results_are_refused_where_they_cannot_be_written(bright):
    result = workflows.segment_frame(skipper(), bright)
    with refused("No file frame to clean"):
        result.write("results", pictures="none", clean=True)
    with refused("Unknown class 'muon'"):
        result.write("results", pictures="none", find="muon")
    with refused("pictures is 'some'; give one of all, events, none"):
        result.write("results", pictures="some")
    with refused("Unknown colours 'loud'; take original or safe"):
        result.write("results", colours="loud")
    assert not Path("results").exists()
    result.write("results", pictures="none")
    with refused("frame_mask.fits exists already"):
        result.write("results", pictures="none")


@pytest.mark.parametrize("colours", COLOUR_MAPS)
def test_palette_and_pictures_have_the_chosen_colours(bright, colours):
    image = skipper() + 40
    Image.fromarray((4 * image).clip(0, 65535).astype(np.uint16)).save("a.png")
    result = workflows.segment_file("a.png", bright)
    result.write("results", colours=colours)
    colour = CLASSES.recoloured(colours)["cluster"].colour
    expected = np.rint(255 * np.array(colour)).astype(int)
    with Image.open("results/a_mask.png") as mask:
        palette = np.array(mask.getpalette()).reshape(-1, 3)
    assert palette[CLUSTER].tolist() == expected.tolist()
    with Image.open("results/a_segmentation.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert (abs(pixels - expected).max(axis=-1) <= 1).sum() > 50
    assert result.classes == CLASSES


def test_pictures_of_frames_with_events_alone(bright, monkeypatch):
    monkeypatch.setattr("ccdseg.plotting.save_figure", lambda _, path: path.touch())
    hdus = [fits.ImageHDU(skipper(), name="A"), fits.ImageHDU(skipper() * 0, name="B")]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto("a.fits")
    workflows.segment_file("a.fits", bright).write("results", pictures="events")
    pictures = {path.name for path in Path("results").glob("*.png")}
    kinds = ("segmentation", "overlay", "events", "spectrum")
    assert pictures == {f"a_A_{kind}.png" for kind in kinds}
