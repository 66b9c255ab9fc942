"""Live pixels, mass and exposure of frames and runs."""

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable

from ccdseg import fits_io, workflows
from ccdseg.calibration.defects import Defect, DefectMap
from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.detector import DAMIC_M, Amplifier, Detector
from ccdseg.normalization.amplifiers import Section
from ccdseg.workflows.segment.live_exposure import measure_exposure
from tests.command_line import status
from tests.refusal import refused
from tests.workflows.test_segment import Bright, skipper

HOT, GLOW, CLUSTER = (CLASSES[name].index for name in ("hot pixel", "glowing", "cluster"))


def measure(data, mask, sections=None, **settings):
    whole = tuple(slice(0, n) for n in data.shape)
    settings = {"classes": CLASSES, "silicon": DAMIC_M, "exposure_time": 86400.0} | settings
    frame = fits_io.Frame.from_array(data)
    return measure_exposure(frame, mask, sections=sections or (Section.of(*whole),), **settings)


def test_the_mass_of_a_pixel_is_that_of_its_silicon():
    assert DAMIC_M.pixel_mass == pytest.approx(2.329e-3 * (15e-4) ** 2 * 675e-4)
    with refused("Detector density is 0"):
        Detector("none", 0.0, 1.0, density=0)


def test_pixels_without_value_of_another_class_or_with_a_defect_are_not_live():
    data, mask = np.zeros((20, 30), np.float32), np.zeros((20, 30), np.uint8)
    data[0, :5] = np.nan
    mask[1, :7] = HOT
    mask[2, :11] = GLOW
    mask[3, :13] = CLUSTER
    flags = np.zeros((20, 30), np.uint8)
    flags[4, :3], flags[5, :17], flags[1, 0] = Defect.HOT, Defect.GLOW, Defect.DEAD
    zeros = np.zeros((20, 30))
    defects = DefectMap.of_images(flags, zeros, zeros, noise=1, n_exposures=9)
    live = measure(data, mask, defects=defects)
    assert live.pixels == 600 - 5 - 7 - 11 - 3
    assert live.exposure == pytest.approx(live.pixels * DAMIC_M.pixel_mass)
    assert measure(data, mask, silicon=None).to_dict() == {
        "pixels": 577,
        "mass": None,
        "exposure_time": 86400.0,
        "readout_time": 0.0,
        "time": 86400.0,
        "exposure": None,
    }


def test_overscan_is_not_live_and_rows_wait_until_they_are_read():
    data, mask = np.zeros((10, 40), np.float32), np.zeros((10, 40), np.uint8)
    mask[:5, :15] = GLOW
    rows = slice(0, 10)
    left, right = (
        Section(rows, slice(first, first + 20), rows, slice(first, first + 15), first_read=read)
        for first, read in ((0, (0, 0)), (20, (9, 20)))
    )
    live = measure(data, mask, (left, right), exposure_time=100.0, readout_time=10.0)
    assert live.pixels == 75 + 150
    assert live.time == pytest.approx(100 + (75 * 7.5 + 150 * 5) / 225)
    half = measure(data, mask, exposure_time=100.0, readout_time=10.0)
    assert (half.pixels, half.time) == (400 - 75, 105.0)


@pytest.fixture
def night(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    header = fits.Header({"EXPTIME": 7200.0})
    header["HIERARCH READOUT_SEC"] = 1800.0
    fits.PrimaryHDU(skipper(), header=header).writeto("a.fits")
    fits.PrimaryHDU(skipper(seed=1)).writeto("b.fits")


def segment(**settings):
    settings = {"detector": "damic-m", "pictures": "none", "progress": False} | settings
    return workflows.segment_files("*.fits", Bright(), output="results", **settings)


@pytest.mark.usefixtures("night")
def test_a_run_tells_live_mass_and_exposure_of_each_image():
    run = segment().table
    pixels = 120 * 150
    assert run["live_pixels"].value.tolist() == [pixels, pixels]
    np.testing.assert_allclose(run["live_mass"].to_value("kg"), pixels * DAMIC_M.pixel_mass)
    np.testing.assert_array_equal(run["live_time"].to_value("s"), [8100, np.nan])
    exposure = pixels * DAMIC_M.pixel_mass * 8100 / 86400
    np.testing.assert_allclose(run["live_exposure"].to_value("kg d"), [exposure, np.nan])
    summary = json.loads(Path("results/a_summary.json").read_text())["hdus"][0]
    assert summary["live"]["exposure"] == pytest.approx(exposure)
    assert summary["header"]["used"]["READOUT_SEC"] == 1800


@pytest.mark.usefixtures("night")
def test_told_times_go_before_those_of_the_header(capsys):
    with refused("The exposure time is -1; give seconds from 0."):
        segment(exposure_time=-1)
    run = segment(exposure_time=3600, readout_time=0).table
    assert run["exposure"].value.tolist() == [3600, 3600]
    assert run["live_time"].value.tolist() == [3600, 3600]
    options = ["--detector", "damic-m", "--output", "told", "--pictures", "none"]
    assert status(main, "predict", "b.fits", *options, "--exposure-time", "86400") == 0
    table = QTable.read("told/run.ecsv")
    assert table["live_exposure"].value == pytest.approx(table["live_mass"].value)
    assert "live: " in capsys.readouterr().out


@pytest.mark.usefixtures("night")
def test_thickness_and_pixels_are_those_of_the_detector_file():
    thin = Detector("thin", 0, 1, thickness=200, pixel_size=12, amplifiers=(Amplifier(),))
    (mass, _) = segment(detector=thin).table["live_mass"].to_value("kg")
    assert mass == pytest.approx(120 * 150 * 2.329e-15 * 12**2 * 200)
    assert np.isnan(segment(detector=None, overwrite=True).table["live_mass"].value).all()
