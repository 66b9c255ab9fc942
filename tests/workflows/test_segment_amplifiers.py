"""Frames of several amplifiers: events as of one, and the summary says what was levelled."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg import workflows
from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.normalization.amplifiers import level
from tests.command_line import status
from tests.normalization.amplifiers.frames import dark_frame, read_in_parts
from tests.refusal import refused
from tests.workflows.test_segment import Bright, skipper

PEDESTALS = (0, 400, -300, 90)


class VeryBright:
    """A segmenter that calls clusters what is far above the median of a levelled frame."""

    name = "very bright"
    classes = CLASSES

    def predict(self, image, *, amplifiers, **_options):
        levelled = level(image, amplifiers)
        bright = levelled > np.median(levelled) + 200
        self.mask = np.where(bright, CLASSES["cluster"].index, 0).astype(np.uint8)
        return self


@pytest.fixture(scope="module")
def one():
    """Dark frame with hits in all quadrants, and one over a seam."""
    frame = dark_frame((200, 240))
    for row, column in ((30, 40), (30, 200), (150, 50), (170, 210), (60, 119)):
        frame[row : row + 3, column : column + 3] += 900
    return frame


@pytest.fixture(scope="module")
def four(one):
    return read_in_parts(one, (2, 2), PEDESTALS)


def test_events_are_those_of_one_amplifier(one, four):
    single, several = (workflows.segment_frame(frame, VeryBright()) for frame in (one, four))
    assert len(single.events) == len(several.events) == 5
    for name in ("row", "column", "n_pixels"):
        np.testing.assert_allclose(several.events[name].value, single.events[name].value, atol=0.05)
    np.testing.assert_allclose(
        several.events["signal"].value, single.events["signal"].value, rtol=0.01
    )
    assert several.frame.data is not several.levelled.data
    assert single.frame is single.levelled
    np.testing.assert_array_equal(several.frame.data, four)


def test_events_keep_their_charge_where_the_noises_differ(one):
    frame = read_in_parts(one, (1, 2), (0, 100), noises=(0, 8))
    result = workflows.segment_frame(frame, VeryBright())
    assert [section.noise > 8 for section in result.sections] == [False, True]
    isolated = result.events[np.abs(result.events["column"].value - 120) > 10]
    assert isolated["signal"].value == pytest.approx([8100] * 4, rel=0.05)


def test_saturated_pixels_stay_saturated(one):
    frame = read_in_parts(one, (1, 2), (0, 3000))
    frame[100, 180] = 65535
    result = workflows.segment_frame(np.minimum(frame, 65535), VeryBright())
    assert result.events["saturated"].sum() == 1


def test_the_summary_names_each_amplifier(four):
    summary = workflows.segment_frame(four, VeryBright()).summary()
    assert [one["section"] for one in summary["amplifiers"]] == [
        "[1:120,1:100]",
        "[121:240,1:100]",
        "[1:120,101:200]",
        "[121:240,101:200]",
    ]
    levels = [one["level"] for one in summary["amplifiers"]]
    assert levels == pytest.approx([1000 + pedestal for pedestal in PEDESTALS], abs=2)
    json.dumps(summary, allow_nan=False)


def test_told_sections_are_taken_and_mistakes_refused(four):
    result = workflows.segment_frame(four, VeryBright(), amplifiers="2x2")
    assert len(result.sections) == 4
    assert len(workflows.segment_frame(four, VeryBright(), amplifiers=None).sections) == 1
    with refused("give 'auto'"):
        workflows.segment_frame(four, VeryBright(), amplifiers="two")
    with refused("does not lie in the frame"):
        workflows.segment_frame(four, VeryBright(), amplifiers="[1:300,1:200]")


def test_the_command_takes_and_tells_them(four, tmp_path, monkeypatch, capfd, model_folder):
    monkeypatch.chdir(tmp_path)
    fits.PrimaryHDU(four).writeto("four.fits")
    options = ["--model", model_folder, "--pictures", "none"]
    assert status(main, "predict", "four.fits", *options) == 0
    assert "4 amplifiers levelled: " in "".join(capfd.readouterr())
    assert (
        status(main, "predict", "four.fits", *options, "--amplifiers", "none", "--overwrite") == 0
    )
    assert "amplifiers" not in "".join(capfd.readouterr())
    summary = json.loads(Path("segmentation/four_summary.json").read_text())
    assert len(summary["hdus"][0]["amplifiers"]) == 1
    assert status(main, "predict", "four.fits", "--amplifiers", "2y2") == 2
    assert "'2y2'; give 'auto'" in "".join(capfd.readouterr())


class GlowingParts(Bright):
    """A segmenter by brightness that calls everything from a column on glow."""

    first = 75

    def predict(self, image, **_options):
        super().predict(image)
        self.mask[:, self.first :] = CLASSES["glowing"].index
        return self


@pytest.mark.parametrize("amplifiers", ["1x2", None])
def test_a_section_without_background_takes_the_gain_of_another(amplifiers, caplog):
    segmenter = GlowingParts()
    result = workflows.segment_frame(
        skipper(), segmenter, detector="auto", amplifiers=amplifiers, restrict=()
    )
    assert result.detector.gain == pytest.approx(1.5, rel=0.02)
    assert len(result.events) == 2  # of three, one is in the glow
    assert ("has no background pixel that shows its gain" in caplog.text) == (amplifiers == "1x2")


def test_a_frame_without_background_has_signals_alone(caplog):
    segmenter = GlowingParts()
    segmenter.first = 0
    result = workflows.segment_frame(skipper(), segmenter, detector="auto", restrict=())
    assert (result.detector, result.estimate, result.detector_record) == (None, None, None)
    assert "no pixel is background to show the gain, so events get signals in adu" in caplog.text
