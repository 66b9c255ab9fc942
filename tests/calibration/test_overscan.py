"""Pedestals by the overscan."""

import numpy as np
import pytest

from ccdseg.calibration import overscan_level
from ccdseg.calibration.overscan import noise_within_rows
from tests.refusal import refused

ROWS = np.arange(200)
WAVE = 1000 + 5 * np.sin(ROWS / 30)
OVERSCAN = WAVE[:, np.newaxis] + np.random.default_rng(2).normal(0, 2, (200, 40))
MEDIANS = np.median(OVERSCAN, axis=1)


def test_median_of_each_row_and_of_all():
    np.testing.assert_allclose(overscan_level(OVERSCAN), MEDIANS)
    np.testing.assert_allclose(overscan_level(OVERSCAN, method="median"), np.median(OVERSCAN))
    assert not overscan_level(OVERSCAN, method="none").any()


@pytest.mark.parametrize("degree", [0, 1, 6])
def test_the_polynomial_is_that_of_least_squares(degree):
    expected = np.polyval(np.polyfit(ROWS, MEDIANS, degree), ROWS)
    found = overscan_level(OVERSCAN, method="polynomial", degree=degree)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_spline_is_closer_to_the_truth_than_single_rows():
    error = {
        method: np.std(overscan_level(OVERSCAN, method=method) - WAVE)
        for method in ("row", "spline")
    }
    assert error["spline"] < 0.5 * error["row"]


@pytest.mark.parametrize("degree", [None, 3])
def test_it_is_that_of_ccdproc(degree):
    ccdproc = pytest.importorskip("ccdproc")
    from astropy.modeling.models import Chebyshev1D
    from astropy.nddata import CCDData

    ccd = CCDData(OVERSCAN, unit="adu")
    model = None if degree is None else Chebyshev1D(degree)
    theirs = ccdproc.subtract_overscan(ccd, overscan=ccd, overscan_axis=1, median=True, model=model)
    method = {"method": "row"} if degree is None else {"method": "polynomial", "degree": degree}
    level = overscan_level(OVERSCAN, **method)
    np.testing.assert_allclose(OVERSCAN - level[:, np.newaxis], theirs.data, atol=1e-9)


@pytest.mark.parametrize("method", ["row", "median", "polynomial", "spline"])
def test_what_is_not_finite_is_left_out(method):
    damaged = OVERSCAN.copy()
    damaged[50], damaged[70, 3] = np.nan, np.nan
    found = overscan_level(damaged, method=method)
    assert np.abs(found - overscan_level(OVERSCAN, method=method)).max() < 1.5


def test_noise_does_not_see_pedestals_and_single_electrons():
    pixels = OVERSCAN.copy()
    pixels[::10, 5] += 50
    assert noise_within_rows(pixels) == pytest.approx(2, rel=0.03)
    assert noise_within_rows(pixels[:, :9]) == pytest.approx(2, rel=0.05)
    assert np.isnan(noise_within_rows(pixels[:, :1]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "mean"}, "Overscan 'mean'; give one of row, median"),
        ({"method": "polynomial", "degree": 300}, "200 rows of overscan are too few .* needs 301"),
    ],
)
def test_what_does_not_fit_is_refused(settings, message):
    with refused(message):
        overscan_level(OVERSCAN, **settings)


def test_an_overscan_without_a_number_is_refused():
    with refused("no finite pixel"):
        overscan_level(np.full((3, 4), np.nan))
