"""Frames with single photons: no cosmics, but events of their own, and a line in the summary."""

import json

import numpy as np
import pytest
import tifffile
from astropy.io import fits

from ccdseg import workflows
from ccdseg.classes import CLASSES, COSMICS
from ccdseg.cli import main
from ccdseg.detector import Detector
from ccdseg.estimation import estimate_photons
from ccdseg.images_io import read_picture
from ccdseg.segmentation.predicting import Prediction
from ccdseg.simulation.effects import photon_charge
from tests.command_line import status
from tests.refusal import refused

PHOTON, NOISE = 630.0, 3.0
"""Signal of a photon, and noise (ADU)."""


class AllBright:
    """Stands for a model that calls cosmic whatever is bright."""

    name, classes = "all bright", COSMICS

    def __init__(self, classes=COSMICS):
        self.classes = classes

    def predict(self, image, **_options):
        bright = np.nan_to_num(image) > np.nanmedian(image) + 5 * NOISE
        return Prediction(bright.astype(np.uint8) * np.uint8(len(self.classes) - 1), None)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(5)
    widths = rng.uniform(0.15, 0.4, 64)
    charge = photon_charge(np.full((400, 400), 2e-3), np.full(64, 1616.0), widths, 0.12, rng=rng)
    image = charge * PHOTON / 1616 + rng.normal(2000, NOISE, charge.shape)
    image[100:130, 200] += 300.0
    image[5, 5] = np.nan
    return image.astype(np.float32)


def test_photons_are_events_and_no_cosmics(frame):
    result = workflows.segment_frame(frame, AllBright())
    assert result.statistics["cosmic"]["components"] <= 3
    assert result.mask[110, 200] == 1
    assert result.photons.charge == pytest.approx(PHOTON, rel=0.01)
    kinds = np.asarray(result.events["particle"])
    assert np.mean(kinds == "photon") > 0.9
    assert np.count_nonzero(kinds == "cosmic") == result.statistics["cosmic"]["components"]
    record = result.summary()["photons"]
    assert sum(record["events"].values()) == len(result.events)
    assert "energy" not in record


def test_the_label_map_holds_the_cosmics_of_the_mask(frame):
    result = workflows.segment_frame(frame, AllBright())
    cosmics = result.events[np.asarray(result.events["particle"]) == "cosmic"]
    assert 0 < len(cosmics) < len(result.events)
    np.testing.assert_array_equal(result.event_labels > 0, result.mask > 0)
    np.testing.assert_array_equal(np.unique(result.event_labels)[1:], np.sort(cosmics["id"]))
    for event in cosmics:
        row, column = int(event["peak_row"].value), int(event["peak_column"].value)
        assert result.event_labels[row, column] == event["id"]


def test_a_told_photon_takes_the_place_of_the_estimate(frame):
    auto = workflows.segment_frame(frame, AllBright())
    told = workflows.segment_frame(frame, AllBright(), photons=PHOTON)
    np.testing.assert_array_equal(told.mask, auto.mask)
    record = told.summary()["photons"]
    assert (record["charge"], record["charge_error"]) == (PHOTON, None)
    assert record["density"] == pytest.approx(2e-3, rel=0.2)


def test_energies_of_photons_follow_from_the_gain(frame):
    detector = Detector("thin", pedestal=2000, read_noise=3, gain=0.39, pair_energy=3.65)
    result = workflows.segment_frame(frame, AllBright(), detector=detector)
    assert result.summary()["photons"]["energy"] == pytest.approx(5.9, rel=0.01)
    assert np.median(result.events["energy"].value) == pytest.approx(5.9, rel=0.02)


def test_light_is_left_alone_where_it_is_not_asked_for_and_where_there_are_no_cosmics(frame):
    without = workflows.segment_frame(frame, AllBright(), photons=None)
    assert without.photons is None
    assert without.summary()["photons"] is None
    assert without.statistics["cosmic"]["components"] > 200
    clusters = workflows.segment_frame(frame, AllBright(CLASSES))
    assert clusters.photons is None
    assert "n_photons" not in clusters.events.colnames


def test_grown_masks_hold_cosmics_alone(frame):
    grown = workflows.segment_frame(frame, AllBright(), grow=2)
    plain = workflows.segment_frame(frame, AllBright())
    assert grown.mask.sum() > plain.mask.sum()
    assert len(grown.events) == len(plain.events)


@pytest.mark.parametrize("photons", [0, -3.0, np.nan, np.inf, "many", True])
def test_what_is_no_signal_is_refused(frame, photons):
    with refused("The signal of a photon is .*; give ADU above 0, 'auto', or None for none"):
        workflows.segment_frame(frame, AllBright(), photons=photons)


def test_the_command_tells_of_photons(frame, tmp_path, monkeypatch, capfd, cosmics_folder):
    monkeypatch.chdir(tmp_path)
    fits.PrimaryHDU(frame).writeto("light.fits")
    options = ["light.fits", "--model", cosmics_folder, "--pictures", "none", "--output", "out"]
    assert status(main, "predict", *options) == 0
    assert "single photons of 6" in "".join(capfd.readouterr())
    summary = json.loads((tmp_path / "out" / "light_summary.json").read_text())
    assert summary["hdus"][0]["photons"]["charge"] == pytest.approx(PHOTON, rel=0.01)
    assert status(main, "predict", *options, "--photon", "none", "--overwrite") == 0
    assert "single photons" not in "".join(capfd.readouterr())
    assert status(main, "predict", *options, "--photon", "few") == 2
    assert "'few' is no signal; give ADU above 0, auto or none" in capfd.readouterr().err


def test_cleaning_fills_cosmics_alone_and_tells_where(frame, tmp_path):
    tifffile.imwrite(tmp_path / "light.tif", frame)
    settings = {"output": tmp_path / "out", "clean": True, "pictures": "none", "progress": False}
    assert not workflows.segment_files(tmp_path / "light.tif", AllBright(), **settings).failed
    cleaned = tifffile.imread(tmp_path / "out" / "light_clean.tif")
    filled = read_picture(tmp_path / "out" / "light_filled.png") == 255
    mask = read_picture(tmp_path / "out" / "light_mask.png") == 255
    np.testing.assert_array_equal(filled, mask & np.isfinite(frame))
    assert filled[101:129, 200].all()
    np.testing.assert_array_equal(cleaned[~filled], frame[~filled])
    assert abs(cleaned[101:129, 200].mean() - 2000) < 10
    kept = estimate_photons(np.nan_to_num(cleaned, nan=2000))
    assert kept.charge == pytest.approx(PHOTON, rel=0.01)
    assert kept.density == pytest.approx(2e-3, rel=0.1)
