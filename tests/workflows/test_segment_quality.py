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
from tests.command_line import status
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
    monkeypatch.setattr("ccdseg.cli.predict.chosen_model", lambda _: Peaks())
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
    monkeypatch.setattr("ccdseg.cli.predict.chosen_model", lambda _: Peaks())
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
