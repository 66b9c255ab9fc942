"""Deposits in one place: how deep, how wide."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest, truncexpon

from ccdseg.detector import DAMIC
from ccdseg.simulation.particles import alpha, energy_map, point, xray_depth
from ccdseg.simulation.particles.points import attenuation_length
from tests.refusal import refused

THICKNESS = 675.0


def depths(energy, face, n=3000, thickness=THICKNESS):
    rng = np.random.default_rng(1)
    return xray_depth(np.full(n, energy), face, thickness=thickness, rng=rng)


def diffusion(depth, detector=DAMIC):
    return (-detector.diffusion_a * np.log(1 - detector.diffusion_b * depth)) ** 0.5


def variances(path, detector=DAMIC):
    """Variance along rows and along columns (px²)."""
    energy, _, _ = energy_map(path, detector=detector)
    found = []
    for axis in (0, 1):
        profile = energy.sum(axis=1 - axis) / energy.sum()
        place = np.arange(len(profile))
        found.append(profile @ place**2 - (profile @ place) ** 2)
    return found


@pytest.mark.parametrize(
    ("energy", "length"),
    [(1.0, 2.73), (1.74, 12.0), (2.0, 1.55), (5.9, 27.9), (8.05, 68), (20, 962)],
)
def test_x_rays_reach_as_far_as_the_tables_say(energy, length):
    assert attenuation_length(energy) == pytest.approx(length, rel=0.03)


@pytest.mark.parametrize(("energy", "thickness"), [(5.9, 675.0), (8.05, 675.0), (8.05, 50.0)])
def test_x_rays_from_the_front_are_absorbed_exponentially(energy, thickness):
    scale = attenuation_length(energy)
    found = depths(energy, "front", thickness=thickness)
    assert found.min() >= 0
    assert found.max() <= thickness
    assert kstest(found, truncexpon(thickness / scale, scale=scale).cdf).pvalue > 1e-3


def test_x_rays_from_the_back_mirror_those_from_the_front():
    np.testing.assert_allclose(depths(5.9, "back"), THICKNESS - depths(5.9, "front"))


def test_x_rays_from_anywhere_are_absorbed_at_any_depth():
    assert kstest(depths(5.9, "any"), "uniform", (0, THICKNESS)).pvalue > 1e-3


@pytest.mark.parametrize("energy", [0.02, 500.0])
@pytest.mark.parametrize("face", ["front", "back"])
def test_depths_of_extreme_energies_stay_in_the_silicon(energy, face):
    found = depths(energy, face, n=200)
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= THICKNESS


def test_x_rays_of_several_energies_are_absorbed_each_by_its_own():
    energies = np.array([1.0, 5.9, 20.0])
    together, alone = (np.random.default_rng(3) for _ in range(2))
    several = xray_depth(energies, "front", thickness=THICKNESS, rng=together)
    single = [xray_depth(e, "front", thickness=THICKNESS, rng=alone) for e in energies]
    np.testing.assert_array_equal(several, single)


def test_an_unknown_face_is_refused():
    with refused("An X-ray enters at 'left'; take front, back or any"):
        xray_depth(5.9, "left", thickness=THICKNESS, rng=np.random.default_rng(1))


def test_a_point_is_one_deposit_that_does_not_move():
    path = point(5.9, 300.0, detector=DAMIC)
    assert (path.kind, path.energy) == ("point", 5.9)
    np.testing.assert_array_equal(path.positions, [[0, 0, 300]])
    assert np.isnan(path.zenith)


@pytest.mark.parametrize("depth", [350.0, 450.0, 675.0])
@pytest.mark.parametrize("energy", [0.1, 5.9, 40.0])
def test_the_width_of_a_point_follows_its_depth_and_grows_with_its_energy(depth, energy):
    growth = 1 + DAMIC.diffusion_growth * energy / (diffusion(THICKNESS) / DAMIC.pixel_size)
    sigma = growth * diffusion(depth) / DAMIC.pixel_size
    assert point(energy, depth, detector=DAMIC).width / DAMIC.pixel_size == pytest.approx(sigma)
    for variance in variances(point(energy, depth, detector=DAMIC)):
        assert variance == pytest.approx(sigma**2 + 1 / 12, rel=3e-3)


def test_a_point_at_the_gates_stays_in_its_pixel():
    path = point(5.9, 0.0, detector=DAMIC)
    path.positions[0, :2] = 7.5
    energy, top, left = energy_map(path, detector=DAMIC)
    assert energy[-top, -left] == pytest.approx(5.9)


@pytest.mark.parametrize("depth", [0.0, 300.0, 675.0])
@pytest.mark.parametrize("plasma", [18.0, 30.0])
def test_the_plasma_of_an_alpha_widens_its_charge(depth, plasma):
    path = alpha(5000.0, depth, detector=DAMIC, plasma_width=plasma)
    assert (path.kind, path.energy) == ("alpha", 5000.0)
    assert path.width == pytest.approx(np.hypot(plasma, diffusion(depth)))
    for variance in variances(path):
        assert variance == pytest.approx((path.width / 15) ** 2 + 1 / 12, rel=3e-3)


def test_an_alpha_is_a_dense_round_blob_of_about_nine_pixels():
    path = alpha(5000.0, 400.0, detector=DAMIC)
    path.positions[0, :2] = 7.5
    energy, _, _ = energy_map(path, detector=DAMIC)
    assert energy.max() > 30
    np.testing.assert_allclose(energy, energy.T, atol=1e-9)
    assert 6 <= np.count_nonzero(energy.sum(0) > 1.0) <= 12


@pytest.mark.parametrize("make", [point, alpha])
@pytest.mark.parametrize("depth", [-0.1, 675.1, np.nan])
def test_a_depth_outside_the_silicon_is_refused(make, depth):
    with refused(f"Depth is {depth} µm; the silicon reaches from 0 to 675.0 µm"):
        make(5.9, depth, detector=DAMIC)


def test_the_silicon_is_that_of_the_detector():
    thick = replace(DAMIC, thickness=1000.0)
    assert point(5.9, 900.0, detector=thick).positions[0, 2] == 900
