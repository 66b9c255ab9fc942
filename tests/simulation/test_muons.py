"""Muons against their theory."""

import numpy as np
import pytest
from scipy.stats import kstest

from ccdseg.detector import DAMIC
from ccdseg.detector.silicon import COLLISION_STRENGTH, ELECTRON_MASS, STEP
from ccdseg.simulation.particles import Path, cosmic_zenith, energy_map, muon, muons

THICKNESS = 675.0


def make(zenith=0.0, seed=1, thickness=THICKNESS):
    return muon(zenith, thickness=thickness, rng=np.random.default_rng(seed))


def track(path, zenith, thickness=THICKNESS):
    """Steps of the muon itself, its delta rays left out."""
    n = len(np.arange(0, thickness / np.cos(zenith), STEP))
    return path.positions[:n], path.losses[:n]


@pytest.fixture
def delta_rays(monkeypatch):
    """Energies, origins, and directions of all delta rays, which leave nothing."""
    rays = []

    class Bank:
        def draw(self, energy, *, direction, rng):  # noqa: ARG002 - the signature of a bank
            rays.append((energy, direction))
            return Path("electron", np.zeros((1, 3)), np.zeros(1), direction)

    monkeypatch.setattr(muons, "electron_bank", Bank)
    return rays


@pytest.mark.parametrize("degrees", [0, 30, 65, 83])
def test_a_muon_is_straight_and_spans_the_thickness(degrees):
    zenith = np.radians(degrees)
    path = make(zenith)
    positions, losses = track(path, zenith)
    assert (path.kind, path.width) == ("muon", None)
    np.testing.assert_array_equal(positions[0], 0)
    assert 0 <= THICKNESS - positions[-1, 2] <= STEP
    along = np.arange(len(positions)) * STEP
    np.testing.assert_allclose(positions, along[:, None] * path.direction, atol=1e-9)
    assert path.zenith == pytest.approx(zenith, abs=1e-7)
    assert losses.min() >= 0


def test_muons_come_from_all_sides():
    rng = np.random.default_rng(1)
    azimuths = [muon(0.5, thickness=20.0, rng=rng).azimuth for _ in range(1000)]
    assert kstest(azimuths, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


def test_a_muon_comes_from_the_side_that_is_asked_for():
    rng = np.random.default_rng(1)
    assert muon(0.5, thickness=20.0, rng=rng, azimuth=1.0).azimuth == pytest.approx(1.0)


@pytest.mark.parametrize("degrees", [0, 60])
def test_a_muon_leaves_what_a_minimum_ionising_particle_loses(degrees):
    """Mean loss 0.388 keV/µm, less what delta rays carry out of the silicon."""
    zenith, rng = np.radians(degrees), np.random.default_rng(1)
    length = THICKNESS / np.cos(zenith)
    energies = [muon(zenith, thickness=THICKNESS, rng=rng).energy for _ in range(400)]
    assert 0.33 < np.mean(energies) / length < 0.40


def test_the_most_probable_loss_lies_below_the_mean():
    """Most probable 0.273 keV/µm in 300 µm of silicon, Particle Data Group."""
    rng = np.random.default_rng(1)
    losses = [muon(0.0, thickness=300.0, rng=rng).energy / 300 for _ in range(2500)]
    counts, edges = np.histogram(losses, bins=20, range=(0.18, 0.48))
    smooth = np.convolve(counts, np.ones(3), mode="same")
    assert edges[smooth.argmax()] + 0.0075 == pytest.approx(0.273, abs=0.025)
    assert np.mean(losses) > 0.31
    assert np.quantile(losses, 0.99) > 0.6


def test_collisions_up_to_60_kev_stay_on_the_track():
    rng = np.random.default_rng(1)
    losses = [track(muon(0.0, thickness=THICKNESS, rng=rng), 0.0)[1] for _ in range(400)]
    highest = np.max(losses)
    assert 50 < highest < 60 + 20 * 0.28 * STEP
    above = np.count_nonzero(np.array(losses) > 20)
    expected = 400 * THICKNESS * COLLISION_STRENGTH * (1 / 20 - 1 / 60)
    assert abs(above - expected) < 0.15 * expected + 4 * expected**0.5


def test_delta_rays_start_above_60_kev_as_often_as_1_over_t_squared_says(delta_rays):
    rng = np.random.default_rng(1)
    for _ in range(1500):
        muon(0.0, thickness=THICKNESS, rng=rng)
    energies = np.array([energy for energy, _ in delta_rays])
    assert energies.min() > 60
    assert energies.max() <= 3000
    n_steps = 1500 * len(np.arange(0, THICKNESS, STEP))
    for low, high in [(60, 120), (120, 3000)]:
        expected = n_steps * STEP * COLLISION_STRENGTH * (1 / low - 1 / high)
        found = np.count_nonzero((energies > low) & (energies <= high))
        assert abs(found - expected) < 4 * expected**0.5


def test_a_delta_ray_leaves_at_the_angle_of_its_energy(delta_rays):
    rng = np.random.default_rng(1)
    for _ in range(300):
        n_before = len(delta_rays)
        path = muon(0.7, thickness=THICKNESS, rng=rng)
        for energy, direction in delta_rays[n_before:]:
            cosine = (energy / (energy + 2 * ELECTRON_MASS)) ** 0.5
            assert direction @ path.direction == pytest.approx(cosine)
            assert np.linalg.norm(direction) == pytest.approx(1)
    assert len(delta_rays) > 50


def test_a_delta_ray_starts_on_the_track_and_stays_in_the_silicon():
    n_rays = 0
    for seed in range(60):
        zenith = 0.6
        path = make(zenith, seed)
        positions, _ = track(path, zenith)
        rest = path.positions[len(positions) :]
        assert path.positions[:, 2].min() >= 0
        assert path.positions[:, 2].max() <= THICKNESS
        if len(rest):
            n_rays += 1
            assert np.linalg.norm(positions - rest[0], axis=1).min() < 1e-9
            steps = np.linalg.norm(np.diff(rest, axis=0), axis=1)
            assert np.mean(np.isclose(steps, STEP)) > 0.9
    assert n_rays > 5


@pytest.mark.usefixtures("delta_rays")
def test_the_width_of_a_muon_grows_along_its_track():
    """From the gate side, where charge has no time to spread, to the back side."""
    zenith = np.radians(75)
    path = make(zenith)
    positions, losses = track(path, zenith)
    positions = np.stack([np.hypot(*positions.T[:2]), 0 * losses, positions[:, 2]], axis=1)
    positions[:, 1] = 7.5
    straight = Path("muon", positions, losses, np.array([np.sin(zenith), 0, np.cos(zenith)]))
    energy, top, left = energy_map(straight, detector=DAMIC)
    rows = np.arange(energy.shape[0]) + top
    shares = energy / energy.sum(axis=0)
    variances = ((rows**2)[:, None] * shares).sum(0) - ((rows[:, None] * shares).sum(0)) ** 2
    for column in (80, 120, 160):
        depth = (column + left + 0.5) * DAMIC.pixel_size / np.tan(zenith)
        diffusion = -DAMIC.diffusion_a * np.log(1 - DAMIC.diffusion_b * depth)
        expected = diffusion / DAMIC.pixel_size**2
        assert variances[column] == pytest.approx(expected + 1 / 12, rel=0.1)
    assert variances[5] < 0.1


@pytest.mark.parametrize("most", [0.4, np.radians(65), 1.45])
def test_zenith_angles_follow_the_cosmic_flux_through_a_horizontal_ccd(most):
    rng = np.random.default_rng(1)
    angles = np.array([cosmic_zenith(most, rng=rng) for _ in range(3000)])
    assert angles.min() >= 0
    assert angles.max() <= most
    lowest = np.cos(most) ** 4

    def share_below(angle):
        return (1 - np.cos(angle) ** 4) / (1 - lowest)

    assert kstest(angles, share_below).pvalue > 1e-3


def test_the_seed_decides_the_muon():
    first, again, other = make(0.3, 1), make(0.3, 1), make(0.3, 2)
    np.testing.assert_array_equal(first.losses, again.losses)
    np.testing.assert_array_equal(first.positions, again.positions)
    assert not np.array_equal(first.losses[:50], other.losses[:50])
