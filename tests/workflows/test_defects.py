"""Defects from files to files, and into a segmentation."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg import fits_io, workflows
from ccdseg.calibration.defects import Defect
from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.fits_io import BadPixelMaps, DefectMaps
from ccdseg.workflows.defects import map_defects
from tests.calibration.defects.test_finding import exposures
from tests.command_line import status
from tests.refusal import refused as raises
from tests.workflows.test_segment import CLUSTER
from tests.workflows.test_segment_quality import Peaks


class High(Peaks):
    """A segmenter that calls every pixel 20 ADU above the median a cluster."""

    above = 20.0


@pytest.fixture(autouse=True)
def _darks(tmp_path, monkeypatch):
    """Folder of eight exposures of two images, the current folder's `darks`."""
    monkeypatch.chdir(tmp_path)
    Path("darks").mkdir()
    pairs = zip(exposures(8), exposures(8, seed=1, shape=(110, 130)), strict=True)
    for number, (first, second) in enumerate(pairs):
        hdus = [
            fits.PrimaryHDU(),
            fits.ImageHDU(first, name="CCD_A"),
            fits.ImageHDU(second[:95, :110], name="CCD_B"),
        ]
        hdus[1].header["SATURATE"] = 9000.0
        fits.HDUList(hdus).writeto(f"darks/{number}.fits")


def test_the_command_writes_what_the_function_finds(capsys):
    assert status(main, "defects", "darks", "-o", "d.fits", "--picture") == 0
    output = capsys.readouterr().out
    assert "CCD_A: " in output
    assert "1 hot column (60)" in output
    read, found = DefectMaps.read("d.fits"), map_defects("darks")
    assert set(read.maps) == {"CCD_A", "CCD_B"}
    for name, defects in found.maps.items():
        other = read.maps[name.upper()]
        for attribute in ("flags", "level", "scatter"):
            np.testing.assert_array_equal(other.image(attribute), defects.image(attribute))
        assert (other.noise, other.n_exposures) == (pytest.approx(defects.noise), 8)
    with fits.open("d.fits") as hdus:
        assert hdus["CCD_A_DQ"].header["DQBIT3"] == "DEAD"
        assert "7.fits" in str(hdus[0].header["HISTORY"])
    assert {path.name for path in Path().glob("d*.png")} == {"d_CCD_A.png", "d_CCD_B.png"}
    dead = BadPixelMaps.read("d.fits", bits="DEAD").maps["CCD_A"]
    assert np.argwhere(dead).tolist() == [[70, 20], [70, 21], [71, 20], [71, 21]]


def test_known_defects_are_no_particles():
    map_defects("darks", "d.fits")
    frame = fits_io.read_frame("darks/3.fits", hdu="CCD_A")
    without = workflows.segment_frame(frame, High(), restrict=())
    known = workflows.segment_frame(frame, High(), restrict=(), defects="d.fits")
    assert (without.mask[20, 16:70] == CLUSTER).sum() > 40
    assert (known.mask[20, 16:70] == CLUSTER).sum() == 0
    assert (known.mask[20, 16:70] == CLASSES["hot pixel"].index).all()
    bright = frame.data > 1200
    bright[10, 100] = False
    assert (known.mask[bright] == CLUSTER).all()
    assert known.frame.n_flagged == 5
    part = fits_io.read_frame("darks/3.fits", hdu="CCD_A", section="[21:120,11:90]")
    of_part = workflows.segment_frame(part, High(), restrict=(), defects="d.fits")
    assert of_part.frame.n_flagged == 5
    assert of_part.frame.data[20, 20] == known.frame.data[30, 40]


def test_maps_that_do_not_fit_are_refused(refused):
    map_defects("darks", "d.fits", hdu="CCD_B")
    frame = fits_io.read_frame("darks/3.fits", hdu="CCD_A")
    with raises("d.fits: the defects are of an image of 95×110 pixels, and .* has 100×140"):
        workflows.segment_frame(frame, Peaks(), defects="d.fits")
    with raises("3.fits holds no defects; make it with ccdseg defects"):
        workflows.segment_frame(frame, Peaks(), defects="darks/3.fits")
    refused("d.fits exists already", "defects", "darks", "-o", "d.fits")
    refused("2 exposures: give at least 5", "defects", "darks/1.fits", "darks/2.fits")


def test_images_without_names_are_told_apart_by_their_numbers(refused):
    for number, image in enumerate(exposures(5)):
        hdus = [fits.PrimaryHDU(image), fits.ImageHDU(image[:, ::-1])]
        fits.HDUList(hdus).writeto(f"darks/{number}.fits", overwrite=True)
    files = [f"darks/{number}.fits" for number in range(5)]
    map_defects(files, "d.fits")
    maps = DefectMaps.read("d.fits")
    assert set(maps.maps) == {"HDU0", "HDU1"}
    first, second = fits_io.read_frames("darks/1.fits")
    np.testing.assert_array_equal(
        maps.of(first).image("flags") & Defect.DEAD,
        maps.of(second).image("flags")[:, ::-1] & Defect.DEAD,
    )
    for number, image in enumerate(exposures(5)):
        hdus = [fits.PrimaryHDU(), *(fits.ImageHDU(image, name="SCI", ver=i) for i in (1, 2))]
        fits.HDUList(hdus).writeto(f"darks/{number}.fits", overwrite=True)
    refused(
        "several images of one name: SCI, SCI; choose one by", "defects", *files, "-o", "e.fits"
    )


def test_exposures_of_different_times_are_told(caplog):
    with fits.open("darks/0.fits", mode="update") as hdus:
        hdus[1].header["EXPTIME"] = 100.0
    with fits.open("darks/1.fits", mode="update") as hdus:
        hdus[1].header["EXPTIME"] = 300.0
    found = map_defects("darks", hdu="CCD_A")
    assert "The exposures last 100 to 300 s" in caplog.text
    assert found.maps["CCD_A"].has(Defect.HOT).any()
