"""Frames of real detectors: every image is segmented in its shape and under its name."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from scipy import ndimage

from ccdseg.classes import CLASSES
from ccdseg.fits_io import read_frame, read_frames, write_masks
from ccdseg.segmentation.segmenter import Segmenter

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

FRAMES = {
    "damicm_module_frame.fits.fz": {"CCD_B": (320, 640), "CCD_C": (320, 640), "CCD_D": (320, 640)},
    "astroskipper_frame.fits": {f"HDU{i}": (40, 4700) for i in range(4)},
    "gmos_longslit.fits": {"SCI": (150, 200), "VAR": (150, 200), "SKYFIT": (150, 200)},
    "saao_raw.fits": {"HDU0": (520, 536)},
}


def existing(name):
    missing = not (DATA / name).is_file()
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"no {DATA / name}"))


@pytest.fixture(params=map(existing, FRAMES), scope="module")
def case(request, segmenter):
    """Path, frames and their masks."""
    frames = read_frames(DATA / request.param)
    return DATA / request.param, frames, [segmenter.predict(frame.data).mask for frame in frames]


def test_every_image_of_the_file_is_read(case):
    path, frames, _ = case
    assert {frame.label: frame.data.shape for frame in frames} == FRAMES[path.name]
    assert all(frame.n_bad == 0 for frame in frames)


def test_masks_have_the_shape_of_the_image_and_hold_classes(case):
    _, frames, masks = case
    for frame, mask in zip(frames, masks, strict=True):
        assert (mask.shape, mask.dtype) == (frame.data.shape, np.uint8)
        assert mask.max() < len(CLASSES)


def test_masks_are_written_under_the_names_of_the_images(case, tmp_path):
    path, frames, masks = case
    write_masks(tmp_path / "mask.fits", masks, frames=frames, classes=CLASSES, model="tiny")
    with fits.open(path) as hdus:
        names = [hdus[frame.hdu_index].name.strip() for frame in frames]
    with fits.open(tmp_path / "mask.fits", checksum=True) as hdus:
        written = [hdu for hdu in hdus if hdu.header["NAXIS"] == 2]
        assert [hdu.name.strip() for hdu in written] == names
        for hdu, mask in zip(written, masks, strict=True):
            np.testing.assert_array_equal(hdu.data, mask)
            assert hdu.header["SEGMODEL"] == "tiny"


@pytest.mark.parametrize("name", [existing("gmos_longslit.fits")])
def test_the_model_of_cosmics_finds_both_tracks_of_a_spectrum_and_nothing_else(name):
    frame = read_frame(DATA / name, hdu="SCI")
    mask = Segmenter.load("cosmics-unet").predict(frame.data, probabilities=False).mask
    labels, n_cosmics = ndimage.label(mask, np.ones((3, 3)))
    assert n_cosmics == 2
    assert labels[55, 151] != labels[130, 39] != 0
    assert labels[55, 151] != 0


@pytest.mark.skipif(not (DATA / "esis_fe55_frame.fits.gz").is_file(), reason="no ⁵⁵Fe frame")
def test_steps_between_quadrants_are_no_glow():
    frame = read_frame(DATA / "esis_fe55_frame.fits.gz").data[400:640, 900:1250]
    shipped = Segmenter.load("damic-unet")
    glow = CLASSES["glowing"].index
    raw = shipped.predict(frame, amplifiers=None, probabilities=False).mask
    quadrants = ["[1:176,1:120]", "[177:350,1:120]", "[1:176,121:240]", "[177:350,121:240]"]
    levelled = shipped.predict(frame, amplifiers=quadrants, probabilities=False).mask
    assert np.mean(raw == glow) > 0.1
    assert np.mean(levelled == glow) < 1e-3
