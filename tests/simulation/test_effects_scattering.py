"""Scattered X-rays, and what a detector leaves out."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused

SHAPE = (120, 160)


def test_distances_are_those_from_the_centre_along_an_ellipse():
    distance = effects.distance_from(SHAPE, (30.0, 40.0), ellipticity=2.0)
    assert distance.shape == SHAPE
    assert distance.dtype == np.float32
    assert distance[30, 40] == 0
    assert distance[30, 50] == 10
    assert distance[40, 40] == 20
    assert effects.distance_from((1, 1), (-3.0, 4.0))[0, 0] == 5


def test_a_halo_has_a_plateau_and_falls_with_its_power():
    halo = effects.beam_halo(np.array([0.0, 1000.0, 2000.0]), 7.0, radius=10.0, exponent=3.0)
    assert halo[0] == 7
    assert halo[1] / halo[2] == pytest.approx(8, rel=1e-3)
    with refused("radius of 0 px; it must be above 0"):
        effects.beam_halo(np.zeros(1), 1.0, radius=0)


def test_rings_are_bright_at_their_radii():
    distance = np.arange(100, dtype=np.float32)
    rings = effects.scattering_rings(distance, [20, 60], [2.0, 5.0], [10.0, 4.0])
    assert rings[20] == pytest.approx(10)
    assert rings[60] == pytest.approx(4)
    assert rings[22] == pytest.approx(10 * np.exp(-0.5))
    assert rings[40] < 0.01
    assert not effects.scattering_rings(distance, [], [], []).any()


def test_spots_lie_where_they_are_put_and_may_leave_the_frame():
    places = np.array([[50.2, 60.7], [0.0, 159.0], [-300.0, 20.0]])
    image = effects.spots(SHAPE, places, [2.0, 3.0, 2.0], [10.0, 6.0, 99.0])
    assert image[0, 159] == pytest.approx(6)
    rows, columns = np.indices(SHAPE)
    inner = image[30:70, 40:80]
    assert (rows[30:70, 40:80] * inner).sum() / inner.sum() == pytest.approx(50.2, abs=0.01)
    assert (columns[30:70, 40:80] * inner).sum() / inner.sum() == pytest.approx(60.7, abs=0.01)
    assert inner.sum() == pytest.approx(10 * 2 * np.pi * 4, rel=1e-3)
    assert image.max() <= 10


@pytest.mark.parametrize("contrast", [0.0, 0.4, 1.0])
def test_speckles_have_a_mean_of_one_and_their_contrast(contrast):
    rng = np.random.default_rng(0)
    factor = effects.speckles((400, 400), 2.0, contrast=contrast, rng=rng)
    assert factor.mean() == pytest.approx(1, abs=1e-3)
    assert factor.std() == pytest.approx(contrast, abs=0.05)
    assert factor.min() >= 1 - contrast - 1e-6


def test_a_contrast_beyond_one_is_refused():
    with refused("contrast of speckles is 1.5; it lies from 0 to 1"):
        effects.speckles(SHAPE, 2.0, contrast=1.5, rng=np.random.default_rng(0))


def test_gaps_see_nothing():
    sees = effects.module_gaps((6, 8), [slice(2, 4)], [slice(0, 1), slice(7, 20)])
    assert sees.sum() == 4 * 6
    assert not sees[2:4].any()
    assert not sees[:, [0, 7]].any()
