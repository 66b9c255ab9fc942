"""Local backgrounds of clusters."""

import numpy as np
import pytest

from ccdseg.events import local_background
from ccdseg.events.clusters import PixelList
from ccdseg.events.local_background import fit_background

SHAPE = (50, 60)
ROWS, COLUMNS = np.indices(SHAPE)
APERTURE = (np.abs(ROWS - 20) < 4) & (np.abs(COLUMNS - 30) < 6)
WHOLE, CENTRE = np.array([[0, 0, *SHAPE]]), np.array([[20.0, 30.0]])


def fitted(image, usable=~APERTURE):
    return fit_background(image, usable, WHOLE, centres=CENTRE)


def test_a_plane_is_found_and_its_error_told():
    plane = 100 + 0.7 * ROWS - 0.2 * COLUMNS
    pulls = []
    for seed in range(60):
        found = fitted(plane + np.random.default_rng(seed).normal(0, 3, SHAPE))
        assert found.slope[0] == pytest.approx((0.7, -0.2), abs=0.03)
        assert found.noise[0] == pytest.approx(3, rel=0.1)
        pulls.append((found.level[0] - plane[20, 30]) / found.level_error[0])
        first_pixel = PixelList(np.array([0]), np.array([0]), np.array([0]), 1)
        assert found.at(first_pixel) == pytest.approx(100, abs=1.5)
    assert np.std(pulls) == pytest.approx(1, abs=0.3)
    assert abs(np.mean(pulls)) < 0.6


def test_single_electrons_belong_to_the_background_and_stray_hits_do_not():
    rng = np.random.default_rng(2)
    image = rng.poisson(0.3, SHAPE) + rng.normal(0, 0.15, SHAPE)
    image[5, 5:20] = 400
    found = fitted(image)
    assert found.level[0] == pytest.approx(0.3, abs=4 * found.level_error[0])
    assert found.noise[0] == pytest.approx((0.3 + 0.15**2) ** 0.5, rel=0.08)


def test_too_few_pixels_give_no_background():
    usable = np.zeros(SHAPE, dtype=bool)
    usable[0, :3] = True
    found = fitted(np.ones(SHAPE), usable)
    assert found.level[0] == 0
    assert np.isnan(found.noise[0])
    assert np.isnan(found.level_error[0])


def test_many_boxes_give_what_each_gives_by_least_squares():
    """Boxes of all sizes, some at the edges, against numpy's least squares."""
    rng = np.random.default_rng(3)
    shape = (90, 80)
    image = rng.normal(50, 2, shape) + 0.3 * np.arange(80)
    usable = rng.random(shape) < 0.8
    image[~usable] = np.nan
    low = np.stack([rng.integers(0, 60, 40), rng.integers(0, 50, 40)], axis=1)
    high = np.minimum(low + rng.integers(4, 60, (40, 2)), shape)
    centres = (low + high) / 2
    found = fit_background(image, usable, np.hstack([low, high]), centres=centres)
    for i, ((top, left), (down, right)) in enumerate(zip(low, high, strict=True)):
        rows, columns = np.nonzero(usable[top:down, left:right])
        values = image[rows + top, columns + left]
        terms = [np.ones(len(rows)), rows + top - centres[i, 0], columns + left - centres[i, 1]]
        plane, squares, *_ = np.linalg.lstsq(np.stack(terms, axis=1), values, rcond=None)
        np.testing.assert_allclose([found.level[i], *found.slope[i]], plane, rtol=1e-8, atol=1e-9)
        assert found.noise[i] == pytest.approx((squares[0] / (len(rows) - 3)) ** 0.5)


def test_a_box_too_large_to_be_held_is_sampled(monkeypatch):
    monkeypatch.setattr(local_background, "_BATCH", 300)
    image = 100 + 0.7 * ROWS - 0.2 * COLUMNS + np.random.default_rng(0).normal(0, 3, SHAPE)
    found = fitted(image)
    assert found.level[0] == pytest.approx(108, abs=4 * found.level_error[0])
    assert found.noise[0] == pytest.approx(3, rel=0.15)
    assert found.level_error[0] > 3 / 300**0.5
