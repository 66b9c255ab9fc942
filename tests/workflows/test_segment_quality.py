"""Quality of pixels through a segmentation: bad ones in, and what is told about each out."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable

from ccdseg import fits_io, workflows
from ccdseg.cli import main
from ccdseg.normalization import filled
from ccdseg.simulation import simulate_dataset
from ccdseg.workflows.segment.thresholds import describe_thresholds
from tests.command_line import status
from tests.recipes import original_style
from tests.workflows.test_segment import CLUSTER, Bright, skipper


class Peaks(Bright):
    """A segmenter by brightness that sees a frame as networks do, its bad pixels filled."""

    def predict(self, image, **options):
        return super().predict(filled(image), **options)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def bad_map(shape=(120, 150)):
    """A dead quadrant, a bad pixel in a hit, and hot ones of bit 2 elsewhere."""
    bad = np.zeros(shape, np.uint8)
    bad[60:, 75:] = 4
    bad[20, 31] = 4
    bad[40, 40:42] = 2
    return bad


def test_a_dead_quadrant_is_no_trouble():
    image = skipper()
    whole = workflows.segment_frame(image, Peaks(), detector="auto")
    image[60:, 75:] = 30000
    frame = fits_io.Frame.from_array(image).with_flagged(bad_map() > 0)
    result = workflows.segment_frame(frame, Peaks(), detector="auto")
    assert result.estimate.gain == pytest.approx(whole.estimate.gain, rel=0.01)
    assert result.estimate.noise == pytest.approx(whole.estimate.noise, rel=0.02)
    assert len(whole.events) == 3
    assert result.events["row"].value.round().tolist() == [20, 60]
    assert result.events["touches_bad"].tolist() == [True, False]
    assert result.events["signal"][1] == whole.events["signal"][1]
    assert not (result.mask[62:, 77:] == CLUSTER).any()
    summary = result.summary()
    n_bad = int((bad_map() > 0).sum())
    assert (summary["flagged_pixels"], summary["not_finite_pixels"]) == (n_bad, 0)


def test_the_command_takes_bits_and_maps(monkeypatch):
    monkeypatch.setattr("ccdseg.cli.commands.predict.chosen_model", lambda _: Peaks())
    image = skipper()
    image[40, 40:42] = 30000
    hdus = [
        fits.PrimaryHDU(),
        fits.ImageHDU(image, name="CCD_A"),
        fits.ImageHDU(bad_map(), name="DQ"),
    ]
    fits.HDUList(hdus).writeto("a.fits")
    fits.PrimaryHDU(image).writeto("plain.fits")
    fits.PrimaryHDU(bad_map()).writeto("bad.fits")
    common = ("predict", "a.fits", "plain.fits", "--pictures", "none")
    cases = {"all": [20, 60], "4": [20, 40, 60], "none": [20, 40, 60, 90]}
    for bits, rows in cases.items():
        options = ("--dq-bits", bits, "--bad-pixels", "bad.fits", "--output", bits)
        assert status(main, *common, *options) == 0
        for name in ("a", "plain"):
            events = QTable.read(f"{bits}/{name}_events.ecsv")
            assert events["row"].value.round().tolist() == rows
    summary = json.loads(Path("all/a_summary.json").read_text())["hdus"][0]
    assert summary["hdu"] == "CCD_A"
    assert summary["flagged_pixels"] == (bad_map() > 0).sum()


def test_bits_and_maps_that_cannot_be_are_refused_before_any_frame(refused, monkeypatch):
    monkeypatch.setattr("ccdseg.cli.commands.predict.chosen_model", lambda _: Peaks())
    fits.PrimaryHDU(skipper()).writeto("a.fits")
    fits.HDUList([fits.PrimaryHDU()]).writeto("empty.fits")
    refused("--dq-bits: The bits '4;8' are malformed", "predict", "a.fits", "--dq-bits", "4;8")
    refused("No such file: no.fits", "predict", "a.fits", "--bad-pixels", "no.fits")
    refused("empty.fits holds no image", "predict", "a.fits", "--bad-pixels", "empty.fits")


def test_a_threshold_is_applied_and_its_scores_are_told(segmenter, single_fits, tmp_path, capsys):
    rows = [
        {"threshold": 0.5, "efficiency": 0.9, "false_rate": 8.0},
        {"threshold": 0.95, "efficiency": 0.5, "false_rate": 1.0},
    ]
    table = {"class": "cluster", "rows": rows}
    segmenter.save(tmp_path / "model", report={"thresholds": {"general": table}})
    found = {}
    for threshold in (0.001, 0.95):
        options = ("--threshold", f"cluster={threshold}", "--pictures", "none")
        output = ("--output", str(threshold), "--model", str(tmp_path / "model"))
        assert status(main, "predict", single_fits, *options, *output) == 0
        (summary,) = json.loads(Path(f"{threshold}/single_summary.json").read_text())["hdus"]
        found[threshold] = summary["classes"]["cluster"]["pixels"]
    assert found[0.001] > found[0.95]
    expected = {"general": {"efficiency": 0.5, "false_rate": 1.0}}
    assert summary["thresholds"] == {"cluster": {"threshold": 0.95, "expected": expected}}
    line = (
        "threshold cluster 0.95: by the model's report on general 50.0% found, 1 false per Mpixel"
    )
    assert line in capsys.readouterr().out
    probabilities = segmenter.predict(fits.getdata(single_fits)).probabilities
    certain = probabilities[..., CLUSTER] / probabilities[..., 0] > 19
    mask = fits.getdata("0.95/single_mask.fits")
    assert not (mask[~certain] == CLUSTER).any()


def test_the_scores_of_many_sets_are_told_as_a_range():
    sets = {str(i): {"efficiency": 0.9 - 0.1 * i, "false_rate": 1.0 + i} for i in range(5)}
    sets["unknown"] = {"efficiency": None, "false_rate": None}
    line = describe_thresholds({"cosmic": {"threshold": 0.7, "expected": sets}})
    expected = "on 6 sets 50.0% to 90.0% found, 1 to 5 false per Mpixel"
    assert line == f"threshold cosmic 0.7: by the model's report {expected}"


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        ("cluster", "'cluster' is no threshold; write it like cluster=0.9"),
        ("cluster=1", "The threshold of cluster is 1.0; give a probability above 0 and below 1"),
        ("background=0.5", "The class background has no threshold"),
        ("muon=0.5", "muon"),
    ],
)
def test_a_threshold_that_cannot_be_is_refused(refused, single_fits, threshold, message):
    refused(message, "predict", str(single_fits), "--threshold", threshold)


def test_each_pixel_has_its_event_its_bits_and_its_probabilities(segmenter, monkeypatch):
    monkeypatch.setattr("ccdseg.cli.commands.predict.chosen_model", lambda _: segmenter)
    image = np.rint(simulated(segmenter))
    image[3, 4] = np.nan
    quality = np.zeros(image.shape, np.int16)
    quality[5, 6] = 1
    hdus = [fits.ImageHDU(image, name="CCD_A"), fits.ImageHDU(quality, name="CCD_A_DQ")]
    hdus[0].header["SATURATE"] = float(np.nanmax(image))
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto("a.fits")
    fits.PrimaryHDU(image).writeto("b.fits")
    options = ("--format", "dq", "--probabilities", "--pictures", "none", "--restrict", "none")
    assert status(main, "predict", "a.fits", "b.fits", *options, "--output", "out") == 0
    with fits.open("out/a_mask.fits", checksum=True) as hdus:
        mask, events, labels = hdus["CCD_A"].data, hdus["EVENTS"].data, hdus["CCD_A_LABELS"].data
    np.testing.assert_array_equal(labels > 0, mask == CLUSTER)
    assert labels.max() == len(events) > 3
    for event in events:
        own = labels == event["id"]
        rows, columns = np.nonzero(own)
        assert own.sum() == event["n_pixels"]
        assert (rows.min(), columns.max()) == (event["row_min"], event["column_max"])
    with fits.open("out/a_dq.fits", checksum=True) as hdus:
        bits, header = hdus["CCD_A_DQ"].data, hdus["CCD_A_DQ"].header
    names = {header[f"DQBIT{bit}"]: 2**bit for bit in range(7)}
    np.testing.assert_array_equal((bits & names["CLUSTER"]) > 0, mask == CLUSTER)
    np.testing.assert_array_equal((bits & names["HOT_PIXEL"]) > 0, mask == 2)
    np.testing.assert_array_equal(np.argwhere(bits & names["NOT_FINITE"]), [[3, 4]])
    np.testing.assert_array_equal(np.argwhere(bits & names["FLAGGED"]), [[5, 6]])
    saturated = np.argwhere(bits & names["SATURATED"])
    np.testing.assert_array_equal(saturated, np.argwhere(image == np.nanmax(image)))
    with fits.open("out/a_probabilities.fits", checksum=True) as hdus:
        planes, header = hdus["CCD_A_PROBABILITIES"].data, hdus["CCD_A_PROBABILITIES"].header
    frame = fits_io.read_frame("a.fits")
    expected = np.moveaxis(segmenter.predict(frame.data, amplifiers="auto").probabilities, -1, 0)
    np.testing.assert_allclose(planes, expected, atol=2**-14)
    assert header["CLASS3"] == "cluster"
    assert fits.getdata("out/b_mask.fits", "LABELS").max() > 3
    again = fits_io.read_frames("out/a_mask.fits")
    assert [one.label for one in again] == ["CCD_A"]
    options = ("--bad-pixels", "out/a_dq.fits", "--dq-bits", "CLUSTER", "--pictures", "none")
    assert status(main, "predict", "b.fits", *options, "--output", "without") == 0
    (summary,) = json.loads(Path("without/b_summary.json").read_text())["hdus"]
    assert summary["flagged_pixels"] == (mask == CLUSTER).sum()


def simulated(segmenter):
    """An image of the kind that the tiny segmenter was trained on, with clusters that it finds."""
    rng = np.random.default_rng(8)
    recipe = original_style("small", (64, 64))
    images = simulate_dataset(recipe, n_images=4, rng=rng, n_workers=1).images
    found = [np.count_nonzero(segmenter.predict(one).mask == CLUSTER) for one in images]
    return images[int(np.argmax(found))]
