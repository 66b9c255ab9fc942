"""Deposits of particles against their theory."""

from dataclasses import replace

import numpy as np
import pytest

from ccdseg.detector import DAMIC
from ccdseg.simulation import particles

MARGIN = 7
DEEP = replace(DAMIC, thickness=20_000.0, diffusion_b=1e-6)


def shares(energy, axis):
    """Centre and variance of a deposit along an axis (px), and its first pixel's edge at 0."""
    profile = energy.sum(axis=1 - axis) / energy.sum()
    position = np.arange(len(profile)) + 0.5
    centre = profile @ position
    return centre, profile @ (position - centre) ** 2


def contained_electrons(n, energy):
    tracks = (
        particles.electron(energy, detector=DEEP, rng=np.random.default_rng(seed))
        for seed in range(n)
    )
    return [
        (positions, losses)
        for positions, losses in tracks
        if 1000 < positions[0, 2] < DEEP.thickness - 1000
    ]


def test_a_deposit_keeps_the_energy():
    rng = np.random.default_rng(1)
    positions = rng.uniform(0, [900, 600, DAMIC.thickness], (200, 3))
    losses = rng.gamma(1, 2, 200)
    energy = particles.deposit(positions, losses, detector=DAMIC)
    assert energy.sum() == pytest.approx(losses.sum(), rel=1e-3)
    assert energy.min() >= 0


def test_deposits_add_up():
    positions = np.array([[3.0, 4.0, 500.0], [70.0, 20.0, 100.0]])
    both = particles.deposit(positions, np.array([5.0, 2.0]), detector=DAMIC)
    first, second = (
        particles.deposit(positions, np.array(losses), detector=DAMIC)
        for losses in ([5.0, 0.0], [0.0, 2.0])
    )
    np.testing.assert_allclose(both, first + second, atol=1e-12)


@pytest.mark.parametrize(("x", "y"), [(3.3, 4.4), (14.9, 0.0), (37.5, 100.1), (-8.0, -40.2)])
def test_a_point_lies_at_its_position(x, y):
    energy = particles.deposit(np.array([[x, y, 600.0]]), np.array([5.9]), detector=DAMIC)
    assert energy.shape == (2 * MARGIN + 1, 2 * MARGIN + 1)
    for axis, along in enumerate((y, x)):
        position = along / DAMIC.pixel_size
        centre, _ = shares(energy, axis)
        assert centre - MARGIN == pytest.approx(position - np.floor(position), abs=1e-4)


def test_columns_come_first_in_a_position():
    positions = np.array([[0.0, 0.0, 300.0], [150.0, 30.0, 300.0]])
    energy = particles.deposit(positions, np.array([1.0, 1.0]), detector=DAMIC)
    assert energy.shape == (2 + 2 * MARGIN + 1, 10 + 2 * MARGIN + 1)


@pytest.mark.parametrize("depth", [350.0, 450.0, 550.0, 670.0])
def test_the_width_of_a_point_is_the_diffusion_of_its_depth(depth):
    energy = particles.deposit(np.array([[3.3, 4.4, depth]]), np.array([5.9]), detector=DAMIC)
    diffusion = -DAMIC.diffusion_a * np.log(1 - DAMIC.diffusion_b * depth) / DAMIC.pixel_size**2
    for axis in (0, 1):
        _, variance = shares(energy, axis)
        assert variance == pytest.approx(diffusion + 1 / 12, rel=2e-3)


def test_a_point_at_the_gate_stays_in_its_pixel():
    energy = particles.deposit(np.array([[7.5, 7.5, 0.0]]), np.array([5.9]), detector=DAMIC)
    assert energy[MARGIN, MARGIN] == pytest.approx(5.9)


def test_a_contained_electron_leaves_all_its_energy():
    electrons = contained_electrons(20, 200.0)
    assert len(electrons) > 10
    for positions, losses in electrons:
        assert losses.sum() == pytest.approx(200)
        assert losses.min() > 0
        steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
        np.testing.assert_allclose(steps, particles.STEP)


def test_an_electron_stops_where_it_leaves_the_silicon():
    thin = replace(DAMIC, thickness=30.0)
    totals = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        positions, losses = particles.electron(400.0, detector=thin, rng=rng)
        assert positions[:, 2].min() >= 0
        assert positions[:, 2].max() <= 30
        totals.append(losses.sum())
    assert min(totals) < 50
    assert max(totals) < 400


def test_the_end_of_an_electron_is_denser_than_its_start():
    ratios = []
    for _, losses in contained_electrons(40, 300.0):
        quarter = len(losses) // 4
        ratios.append(losses[-quarter:].mean() / losses[:quarter].mean())
    assert len(ratios) > 20
    assert np.mean(ratios) > 1.5


def test_an_electron_of_less_energy_loses_more_per_length_and_scatters_more():
    energies = [10.0, 30.0, 100.0, 300.0, 1000.0]
    assert np.all(np.diff([particles.stopping_power(energy) for energy in energies]) < 0)
    assert np.all(np.diff([particles.scattering_angle(energy, 3.0) for energy in energies]) < 0)
    assert particles.stopping_power(100.0) == pytest.approx(0.8)


@pytest.mark.parametrize("degrees", [0, 30, 65])
def test_a_muon_is_straight_and_spans_the_thickness(degrees):
    zenith = np.radians(degrees)
    rng = np.random.default_rng(1)
    positions, losses = particles.muon(zenith, detector=DAMIC, rng=rng)
    depth = positions[:, 2]
    assert depth[0] == 0
    assert 0 <= DAMIC.thickness - depth[-1] <= particles.STEP
    lateral = np.hypot(positions[:, 0], positions[:, 1])
    np.testing.assert_allclose(lateral, depth * np.tan(zenith), atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(np.diff(positions, axis=0), axis=1), particles.STEP)
    assert len(losses) == len(positions)


def test_a_muon_loses_388_ev_per_micrometre_on_average():
    rng = np.random.default_rng(1)
    totals = [particles.muon(0.0, detector=DAMIC, rng=rng)[1].sum() for _ in range(300)]
    n_steps = DAMIC.thickness / particles.STEP
    error = 0.388 * particles.STEP * (n_steps / 0.7 / 300) ** 0.5
    assert abs(np.mean(totals) - 0.388 * DAMIC.thickness) < 4 * error


def test_a_point_may_lie_at_any_depth():
    rng = np.random.default_rng(1)
    points = [particles.point(5.9, detector=DAMIC, rng=rng) for _ in range(2000)]
    depths = np.array([positions[0, 2] for positions, _ in points])
    assert all(losses.tolist() == [5.9] for _, losses in points)
    assert depths.min() >= 0
    assert depths.max() <= DAMIC.thickness
    error = DAMIC.thickness / (12 * 2000) ** 0.5
    assert abs(depths.mean() - DAMIC.thickness / 2) < 4 * error


def test_the_seed_decides_the_library():
    first, again, other = (
        particles.generate_library(15, detector=DAMIC, rng=np.random.default_rng(seed))
        for seed in (3, 3, 4)
    )
    assert len(first) == len(again) == 15
    for cluster, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(cluster, same)
    assert not np.array_equal(first.total_energies, other.total_energies)


def test_energies_of_a_generated_library_are_those_of_its_particles():
    library = particles.generate_library(60, detector=DAMIC, rng=np.random.default_rng(1))
    assert library.total_energies.min() > 0.05
    assert library.total_energies.max() < 2000
    np.testing.assert_allclose(library.energies, np.round(library.energies, 3), rtol=1e-6)
