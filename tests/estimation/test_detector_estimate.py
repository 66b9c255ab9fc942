"""Pedestal, noise and gain as a frame shows them."""

from pathlib import Path

import numpy as np
import pytest

from ccdseg.detector import DAMIC
from ccdseg.estimation import DetectorEstimate, estimate_detector
from ccdseg.fits_io import read_frames
from tests.refusal import refused

DAMICM = Path(__file__).resolve().parents[3] / "shared" / "data" / "damicm_module_frame.fits.fz"


def frame(dark, noise, *, gain=3.0, pedestal=100.0, shape=(200, 300), seed=1):
    """Dark charge (e⁻) with Poisson noise, read with a noise (e⁻)."""
    rng = np.random.default_rng(seed)
    return pedestal + gain * (rng.poisson(dark, shape) + rng.normal(0, noise, shape))


@pytest.mark.parametrize(
    ("dark", "noise"), [(0.01, 0.07), (0.1, 0.2), (0.4, 0.25), (1.5, 0.3), (5.0, 0.2)]
)
@pytest.mark.parametrize("gain", [0.02, 3.0, 400.0])
def test_single_electrons_give_gain_noise_and_pedestal(dark, noise, gain):
    found = estimate_detector(frame(dark, noise, gain=gain, pedestal=-40 * gain))
    assert found.gain == pytest.approx(gain, rel=0.01)
    assert found.noise == pytest.approx(noise * gain, rel=0.05)
    assert found.pedestal == pytest.approx(-40 * gain, abs=0.05 * gain)


def test_dark_charge_that_rises_along_the_rows_does_no_harm():
    dark = np.linspace(0.33, 1.46, 200)[:, np.newaxis] * np.ones((1, 300))
    assert estimate_detector(frame(dark, 0.22)).gain == pytest.approx(3.0, rel=0.01)


@pytest.mark.parametrize(("dark", "noise"), [(0.0, 0.2), (0.3, 0.6), (1.5, 1.6), (40.0, 5.0)])
def test_where_no_electrons_show_there_is_no_gain(dark, noise):
    found = estimate_detector(frame(dark, noise))
    assert found.gain is None
    assert found.noise == pytest.approx(3 * (dark + noise**2) ** 0.5, rel=0.05)
    assert found.pedestal == pytest.approx(100 + 3 * dark, abs=0.5)


def test_steps_of_whole_adu_are_no_electrons():
    image = np.rint(frame(0.0, 0.2, shape=(300, 300)))
    assert len(np.unique(image)) > 3
    assert estimate_detector(image).gain is None


def test_what_is_no_background_is_left_out():
    image = frame(0.3, 0.2)
    mask = np.zeros(image.shape, dtype=np.uint8)
    image[:, 100:260] += 700 + np.random.default_rng(2).normal(0, 4, (200, 160))
    mask[:, 100:260] = 1
    image[3, 3] = np.nan
    assert estimate_detector(image, mask=mask).gain == pytest.approx(3.0, rel=0.01)


def test_an_estimate_makes_a_detector():
    found = DetectorEstimate(pedestal=-38.0, noise=0.3, gain=1.35)
    detector = found.applied_to(DAMIC)
    assert (detector.gain, detector.pedestal, detector.noise) == (1.35, -38.0, 0.3)
    assert detector.thickness == DAMIC.thickness
    assert found.to_dict() == {"pedestal": -38.0, "noise": 0.3, "gain": 1.35}
    assert DetectorEstimate(0.0, 1.0, None).applied_to(DAMIC) is None


def test_bad_input_is_named():
    with refused(r"image has shape \(2, 3, 4\)"):
        estimate_detector(np.zeros((2, 3, 4)))
    with refused(r"shape \(2, 3\) and the mask \(3, 3\)"):
        estimate_detector(np.zeros((2, 3)), mask=np.zeros((3, 3)))
    with refused("No pixel is finite and background, so nothing can be estimated"):
        estimate_detector(np.full((3, 3), np.nan))
    with refused("No pixel is finite and background, so nothing can be estimated"):
        estimate_detector(np.ones((3, 3)), mask=np.ones((3, 3)))


@pytest.mark.parametrize("image", [np.ones((60, 60)), np.ones((1, 1)), np.ones((2, 3))])
def test_an_even_image_has_no_gain(image):
    found = estimate_detector(image)
    assert (found.pedestal, found.gain) == (1, None)
    assert found.noise > 0


@pytest.mark.skipif(not DAMICM.is_file(), reason=f"no {DAMICM}")
def test_the_gain_of_a_real_skipper_frame():
    """About 1.35 ADU/e⁻, by the peaks of its histogram."""
    for image in read_frames(DAMICM):
        found = estimate_detector(image.data)
        assert found.gain == pytest.approx(1.36, rel=0.04)
        assert 0.1 < found.noise / found.gain < 0.2
