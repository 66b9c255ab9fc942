"""Bad pixels: filled from their neighbours, left out of every statistic."""

import numpy as np
import pytest
from scipy import ndimage

from ccdseg.normalization import NORMALIZERS, filled, filled_area, median_of, noise_of
from tests.refusal import refused


@pytest.fixture
def frame():
    """Noise on a slope, with a dead quadrant, single bad pixels, and a bad column."""
    rng = np.random.default_rng(4)
    image = rng.normal(100, 5, (120, 160)) + np.linspace(0, 200, 160)
    image = image.astype(np.float32)
    image[60:, 80:] = np.nan
    image[rng.random(image.shape) < 0.01] = np.inf
    image[:, 20:23] = -np.inf
    return image


def test_a_bad_pixel_becomes_the_mean_of_its_nearest_good_neighbours(frame):
    result = filled(frame)
    good = np.isfinite(frame)
    np.testing.assert_array_equal(result[good], frame[good])
    known = np.where(good, frame, 0).astype(np.float64)
    means = [
        ndimage.convolve(known, np.ones((n, n)), mode="constant")
        / np.maximum(ndimage.convolve(good.astype(float), np.ones((n, n)), mode="constant"), 1e-9)
        for n in (3, 5)
    ]
    counts = [ndimage.maximum_filter(good, n, mode="constant") for n in (3, 5)]
    expected = np.where(counts[0], means[0], np.where(counts[1], means[1], np.median(frame[good])))
    np.testing.assert_allclose(result[~good], expected[~good], rtol=1e-5)
    assert np.isfinite(result).all()


def test_a_frame_without_bad_pixels_is_not_copied():
    image = np.zeros((4, 5), np.float32)
    assert filled(image) is image


def test_every_part_is_filled_as_the_whole(frame):
    whole = filled(frame)
    level = median_of(frame)
    rng = np.random.default_rng(1)
    for _ in range(40):
        rows, columns = (sorted(rng.choice(n + 1, 2, replace=False)) for n in frame.shape)
        area = slice(*map(int, rows)), slice(*map(int, columns))
        np.testing.assert_array_equal(filled_area(frame, area, level), whole[area])


def test_a_dead_quadrant_changes_neither_noise_nor_median():
    rng = np.random.default_rng(2)
    image = rng.normal(100, 5, (300, 400))
    dead = image.copy()
    dead[150:, 200:] = np.nan
    assert noise_of(dead) == pytest.approx(noise_of(image), rel=0.03)
    assert median_of(dead) == pytest.approx(median_of(image), abs=0.2)


def test_few_finite_pixels_are_enough_for_a_median():
    image = np.full((2000, 2000), np.nan, np.float32)
    image[1001, 3:6] = 7
    assert median_of(image) == 7


@pytest.mark.parametrize("name", NORMALIZERS)
def test_a_dead_quadrant_does_not_change_how_others_are_normalised(name):
    image = np.random.default_rng(3).normal(100, 5, (200, 240)).astype(np.float32)
    dead = image.copy()
    dead[100:, 120:] = np.nan
    good = np.isfinite(dead)
    whole, part = NORMALIZERS[name]()(image), NORMALIZERS[name]()(dead)
    assert np.isfinite(part).all()
    np.testing.assert_allclose(part[good], whole[good], atol=0.03 * np.ptp(whole))


def test_no_finite_pixel_is_refused():
    with refused("No pixel of the image is finite"):
        filled(np.full((3, 3), np.nan))
