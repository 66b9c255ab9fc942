"""Frames of real detectors: every image is segmented in its shape and under its name."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from scipy import ndimage

from benchmarks.real_frames import FRAMES as HITS
from benchmarks.real_frames import Truth, score
from ccdseg import workflows
from ccdseg.classes import CLASSES
from ccdseg.fits_io import read_frame, read_frames, write_masks
from ccdseg.images_io import read_images
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.workflows import segment_frame

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

FRAMES = {
    "damicm_module_frame.fits.fz": {"CCD_B": (320, 640), "CCD_C": (320, 640), "CCD_D": (320, 640)},
    "astroskipper_frame.fits": {f"HDU{i}": (40, 4700) for i in range(4)},
    "gmos_longslit.fits": {"SCI": (150, 200), "SKYFIT": (150, 200)},  # VAR belongs to SCI
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


@pytest.fixture(scope="module")
def cosmics_unet():
    return Segmenter.load("cosmics-unet")


@pytest.mark.parametrize("name", [existing("gmos_longslit.fits")])
def test_both_tracks_of_a_spectrum_are_cosmics_and_nothing_else(name, cosmics_unet):
    frame = read_frame(DATA / name, hdu="SCI")
    mask = cosmics_unet.predict(frame.data, probabilities=False).mask
    labels, n_cosmics = ndimage.label(mask, np.ones((3, 3)))
    assert n_cosmics == 2
    assert labels[55, 151] != labels[130, 39] != 0
    assert labels[55, 151] != 0


def cosmics(name, segmenter):
    """Result of the workflow for the first image of a file."""
    return segment_frame(read_images(DATA / name)[0], segmenter)


@pytest.mark.parametrize("name", [existing("rixs_half.tif")])
def test_all_cosmics_among_photons_of_a_rixs_image_and_few_others_are_found(name, cosmics_unet):
    result = cosmics(name, cosmics_unet)
    found = score(result.mask > 0, HITS[name])
    assert found.found == found.hits == 8
    assert found.false <= 10
    assert result.photons.charge == pytest.approx(112, rel=0.05)


@pytest.mark.parametrize("name", [existing("esis_fe55_frame.fits.gz")])
def test_photons_of_iron_55_are_no_cosmics(name, cosmics_unet):
    result = cosmics(name, cosmics_unet)
    assert len(result.sections) == 4
    assert len(result.events) > 2500
    assert result.statistics["cosmic"]["components"] < 0.01 * len(result.events)
    assert result.photons.charge == pytest.approx(630, rel=0.04)


@pytest.mark.parametrize("name", [existing("sprat_exposure.fits.gz")])
def test_traces_and_sky_lines_of_a_long_slit_are_no_cosmics(name, cosmics_unet):
    result = cosmics(name, cosmics_unet)
    for rows in (slice(68, 77), slice(122, 133)):
        assert not result.mask[rows, 250:900].any()
    assert 0 < result.mask.mean() < 5e-4


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


@pytest.mark.parametrize("name", [existing("saao_raw.fits")])
def test_a_raw_frame_loses_its_overscan_and_keeps_its_gain(name, tmp_path):
    frame = read_frame(workflows.reduce_file(DATA / name).write(tmp_path))
    assert frame.data.shape == (520, 512)
    (amplifier,) = frame.amplifiers
    assert amplifier.gain == pytest.approx(1 / 1.9)  # GAIN, e-/ADU
    assert amplifier.read_noise == pytest.approx(5.0 / 1.9, rel=0.2)  # RDNOISE, e-
    assert (frame.facts.exposure, frame.facts.start) == (150.04, "2013-07-13")


@pytest.mark.parametrize(
    "name", [existing("damicm_module_frame.fits.fz"), existing("astroskipper_frame.fits")]
)
def test_averaged_frames_are_not_averaged_again(name):
    reduced = workflows.reduce_file(DATA / name)
    for frame, original in zip(reduced.frames, read_frames(DATA / name), strict=True):
        np.testing.assert_array_equal(frame.data, original.data)


def test_pieces_are_hits_false_or_single_pixels():
    mask = np.zeros((40, 40), dtype=bool)
    mask[5, 5:9] = mask[20, 20] = mask[30, 3] = mask[30, 30] = True
    truth = Truth(hits=((6, 7), (20, 22), (35, 10)), single=((30, 4),))
    result = score(mask, truth)
    assert (result.found, result.hits, result.false, result.balance) == (2, 3, 1, 1)
    assert result.cells() == "2 of 3 | 1 | 625"
