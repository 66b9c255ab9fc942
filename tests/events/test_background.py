"""The background under a cluster."""

import numpy as np
import pytest

from ccdseg.events.background import fit_background

SHAPE = (50, 60)
ROWS, COLUMNS = np.indices(SHAPE)
APERTURE = (np.abs(ROWS - 20) < 4) & (np.abs(COLUMNS - 30) < 6)
FREE = ~APERTURE


def test_a_plane_is_found_and_its_error_told():
    plane = 100 + 0.7 * ROWS - 0.2 * COLUMNS
    pulls = []
    for seed in range(60):
        image = plane + np.random.default_rng(seed).normal(0, 3, SHAPE)
        found = fit_background(image, FREE, APERTURE)
        assert found.slope == pytest.approx((0.7, -0.2), abs=0.03)
        assert found.noise == pytest.approx(3, rel=0.1)
        pulls.append((found.level - plane[20, 30]) / found.level_error)
        assert found.plane(SHAPE)[0, 0] == pytest.approx(100, abs=1.5)
    assert np.std(pulls) == pytest.approx(1, abs=0.3)
    assert abs(np.mean(pulls)) < 0.6


def test_single_electrons_belong_to_the_background_and_stray_hits_do_not():
    rng = np.random.default_rng(2)
    image = rng.poisson(0.3, SHAPE) + rng.normal(0, 0.15, SHAPE)
    image[5, 5:20] = 400
    found = fit_background(image, FREE, APERTURE)
    assert found.level == pytest.approx(0.3, abs=4 * found.level_error)
    assert found.noise == pytest.approx((0.3 + 0.15**2) ** 0.5, rel=0.08)


def test_too_few_pixels_give_no_background():
    free = np.zeros(SHAPE, dtype=bool)
    free[0, :3] = True
    found = fit_background(np.ones(SHAPE), free, APERTURE)
    assert found.level == 0
    assert np.isnan(found.noise)
    assert np.isnan(found.level_error)
