"""Threshold by the false clusters per image that one accepts."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.cli import main
from ccdseg.detector import Detector
from ccdseg.evaluation import FalseRates
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.segmentation.store import read_report
from ccdseg.workflows import segment_frame
from tests.command_line import status
from tests.refusal import refused as raises


@pytest.fixture
def model(segmenter, tmp_path, monkeypatch):
    """Folder of a model with a table of false rates, measured by the command."""
    monkeypatch.chdir(tmp_path)
    segmenter.save(tmp_path / "model", report={"accuracy": 0.5})
    options = ("--false-rates", "--frames", "1", "--shape", "64x64", "--seed", "2")
    assert status(main, "evaluate", "--model", "model", *options) == 0
    return tmp_path / "model"


def test_the_command_measures_a_table_and_a_rate_gives_the_threshold(model, single_fits, capsys):
    report = read_report(model)
    assert report["accuracy"] == 0.5
    table = FalseRates.from_dict(report["false_rates"])
    assert table.megapixels == pytest.approx(64 * 64 / 1e6)
    image = fits.getdata(single_fits)
    rate = 3 * table.least_rate * image.size / 1e6
    options = ("--model", "model", "--pictures", "none", "--output", "out")
    assert status(main, "predict", single_fits, "--false-rate", str(rate), *options) == 0
    (summary,) = json.loads(Path("out/single_summary.json").read_text())["hdus"]
    record = summary["thresholds"]["cluster"]
    noise = record["false_rate"]["noise"]
    assert record["threshold"] == table.threshold_for(3 * table.least_rate, noise).threshold
    assert record["false_rate"]["asked"] == pytest.approx(record["false_rate"]["expected"])
    line = f"threshold cluster {record['threshold']:g}: for {rate:g} false per image; at most "
    assert line in capsys.readouterr().out


def test_the_noise_is_that_of_the_frame_in_electrons(model, caplog):
    segmenter = Segmenter.load(model)
    image = np.random.default_rng(1).normal(1000, 5, (64, 64)).astype(np.float32)
    detector = Detector(name="mine", pedestal=1000.0, read_noise=5.0, n_samples=1, gain=2.5)
    told = segment_frame(image, segmenter, detector=detector, false_rate=2).thresholds["cluster"]
    assert told["false_rate"]["noise"] == pytest.approx(2, rel=0.1)
    assert told["false_rate"]["expected"] == pytest.approx(2)
    unknown = segment_frame(image, segmenter, false_rate=2).thresholds["cluster"]
    assert unknown["false_rate"]["noise"] is None
    assert unknown["threshold"] >= told["threshold"]
    few = segment_frame(image, segmenter, detector=detector, false_rate=0.01).thresholds["cluster"]
    assert few["false_rate"]["expected"] == pytest.approx(1)
    assert "resolves no less than 1 per image" in caplog.text


def test_a_rate_that_cannot_be_is_refused(segmenter, model, single_fits, refused):
    common = ("predict", str(single_fits), "--model", "model", "--false-rate")
    refused("The false rate is 0.0; give false events per image", *common, "0")
    both = ("1", "--threshold", "cluster=0.9")
    refused("--false-rate chooses the threshold of cluster", *common, *both)
    (model / "report.json").write_text("{}")
    refused("has no table of false rates", *common, "1")
    with raises("has no table of false rates"):
        segment_frame(np.zeros((64, 64)), segmenter, false_rate=1)
