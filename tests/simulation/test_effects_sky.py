"""The sky: stars, galaxies, nebulae, spikes, trails."""

import numpy as np
import pytest

from ccdseg.simulation.effects import galaxies, sky
from tests.refusal import refused

SHAPE = (90, 120)


@pytest.mark.parametrize(("width", "wing"), [(0.4, np.inf), (1.5, np.inf), (1.0, 4.0), (3.0, 3.0)])
def test_stars_keep_their_photons_and_places(width, wing):
    places, fluxes = np.array([[40.3, 60.6]]), np.array([5000.0])
    image = sky.stars(SHAPE, places, fluxes, width=width, wing=wing)
    assert image.dtype == np.float32
    assert image.sum() == pytest.approx(5000, rel=0.03)
    rows, columns = np.indices(SHAPE)
    assert (rows * image).sum() / image.sum() == pytest.approx(40.3, abs=0.1)
    assert (columns * image).sum() / image.sum() == pytest.approx(60.6, abs=0.1)


def test_bright_stars_end_without_an_edge():
    image = sky.stars(SHAPE, np.array([[45.0, 60.0]]), np.array([1e6]), width=1.2, wing=3.0)
    row = image[45]
    assert (row > 0).sum() > 60
    lit = row[row > 0]
    assert min(lit[0], lit[-1]) < 0.05
    assert not sky.stars(SHAPE, np.empty((0, 2)), np.empty(0), width=1.0).any()
    with refused("Stars have a width of 0 px"):
        sky.stars(SHAPE, np.empty((0, 2)), np.empty(0), width=0)


@pytest.mark.parametrize("index", [1.0, 4.0])
def test_half_of_a_galaxy_lies_within_its_effective_radius(index):
    image = galaxies.galaxy(
        (201, 201), (100.0, 100.0), 10.0, radius=12.0, index=index, ellipticity=0.0, angle=0.0
    )
    away = np.hypot(*(axis - 100 for axis in np.indices(image.shape)))
    assert image[100, 112] == pytest.approx(10, rel=1e-3)
    assert image[away <= 12].sum() / image.sum() == pytest.approx(0.5, abs=0.08)


def test_a_galaxy_far_outside_gives_nothing():
    image = galaxies.galaxy(
        SHAPE, (-900.0, 10.0), 10.0, radius=5.0, index=1.0, ellipticity=0.3, angle=1.0
    )
    assert not image.any()


def test_a_nebula_is_smooth_and_as_bright_as_asked():
    image = galaxies.nebula(SHAPE, 30.0, rng=np.random.default_rng(1))
    assert image.max() == pytest.approx(30)
    assert (image > 0).all()
    assert np.abs(np.diff(image, axis=0)).mean() < 0.3 * image.std()


def test_spikes_keep_their_light_and_their_number():
    image = sky.diffraction_spikes(
        (401, 401), (200.0, 200.0), 1e4, length=15.0, width=1.0, angle=0.0
    )
    assert image.sum() == pytest.approx(1e4, rel=0.05)
    assert image[200, 230] == pytest.approx(image[230, 200], rel=1e-3)
    assert image[200, 230] > 1000 * image[221, 221]


def test_a_trail_is_a_band_of_its_level():
    image = sky.satellite_trail(SHAPE, (45.0, 60.0), 30.0, angle=0.0, half_width=4.0, blur=1.0)
    assert image[45] == pytest.approx(np.full(120, 30.0), rel=1e-3)
    assert image[49, 0] == pytest.approx(15, rel=1e-3)
    assert image[60].max() < 1e-3


def test_vignetting_darkens_the_corners():
    factor = sky.vignetting((101, 101), 0.4)
    assert factor[50, 50] == 1
    assert factor[0, 0] == pytest.approx(0.6)
    assert factor[0, 50] == pytest.approx(0.8)


def test_stars_beside_the_frame_shine_into_it_as_far_as_they_reach():
    places = np.stack([np.linspace(-30, 120, 600), np.linspace(-30, 150, 600)], axis=1)
    whole = sky.stars((150, 180), places + 30, np.full(600, 1e4), width=1.5)
    part = sky.stars(SHAPE, places, np.full(600, 1e4), width=1.5)
    assert part == pytest.approx(whole[30:120, 30:150], abs=0.2)
