"""Energy loss, scattering and the spread of charge in silicon, against their theory."""

from dataclasses import replace

import numpy as np
import pytest

from ccdseg.detector import DAMIC, silicon


def bethe(energy):
    """Collision stopping power of electrons in silicon (keV/µm), Berger and Seltzer's formula.

    Without the density effect, which is small below 1 MeV.
    """
    excitation, density, atoms = 0.173, 2.33e-4, 14 / 28.0855  # keV, g/cm² per µm, Z/A
    tau = energy / silicon.ELECTRON_MASS
    beta_squared = 1 - 1 / (1 + tau) ** 2
    spin = (1 - beta_squared) * (1 + tau**2 / 8 - (2 * tau + 1) * np.log(2))
    logarithm = 2 * np.log(energy / excitation) + np.log1p(tau / 2) + spin
    return 153.536 * atoms * density / beta_squared * logarithm


@pytest.mark.parametrize("energy", [10.0, 30.0, 100.0, 300.0, 1000.0])
def test_the_stopping_power_is_that_of_electrons_in_silicon(energy):
    assert silicon.stopping_power(energy) == pytest.approx(bethe(energy), rel=0.15)


def test_slow_electrons_lose_more_per_length_and_scatter_more():
    energies = np.array([5.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0])
    assert np.all(np.diff(silicon.stopping_power(energies)) < 0)
    assert np.all(np.diff(silicon.scattering_angle(energies, 5.0)) < 0)


def test_scattering_grows_with_the_root_of_the_length():
    momentum_beta = (511.0**2 + 2 * 511.0 * 511.0) / (2 * 511.0)
    angle = silicon.scattering_angle(511.0, 93.7)
    assert angle == pytest.approx(13.6e3 / momentum_beta / 1000**0.5)
    assert silicon.scattering_angle(511.0, 4 * 93.7) == pytest.approx(2 * angle)


@pytest.mark.parametrize(("energy", "beta"), [(0.0, 0.0), (511.0, 0.75**0.5), (1e9, 1.0)])
def test_the_speed_is_relativistic(energy, beta):
    assert silicon.speed_squared(energy) == pytest.approx(beta**2, abs=1e-9)


@pytest.mark.parametrize("beta_squared", [1.0, 0.25])
def test_hard_collisions_come_as_often_as_1_over_t_squared_says(beta_squared):
    n, least, most = 400_000, 5.0, 200.0
    losses = silicon.hard_losses(
        n, least=least, most=most, beta_squared=beta_squared, rng=np.random.default_rng(1)
    )
    strength = silicon.COLLISION_STRENGTH / beta_squared * silicon.STEP
    assert losses[losses > 0].min() >= least
    assert losses.max() <= most
    for low, high in [(5, 10), (10, 40), (40, 200)]:
        expected = n * strength * (1 / low - 1 / high)
        found = np.count_nonzero((losses >= low) & (losses < high))
        assert abs(found - expected) < 4 * expected**0.5
    mean = silicon.mean_hard_loss(least, most, beta_squared) * silicon.STEP
    assert abs(losses.mean() - mean) < 4 * losses.std() / n**0.5


def test_what_has_too_little_energy_makes_no_hard_collision():
    most = np.array([0.5, 1.9, 2.0])
    rng = np.random.default_rng(1)
    assert not silicon.hard_losses(3, least=2.0, most=most, beta_squared=1e-3, rng=rng).any()
    np.testing.assert_array_equal(silicon.mean_hard_loss(2.0, most, 1e-3), 0)


@pytest.mark.parametrize(("depth", "sigma"), [(0.0, 0.0), (300.0, 8.17314), (675.0, 14.03747)])
def test_charge_spreads_by_the_diffusion_of_its_depth(depth, sigma):
    assert silicon.diffusion_width(np.array(depth), DAMIC) == pytest.approx(sigma, rel=1e-5)


def test_without_diffusion_charge_does_not_spread():
    for change in ({"diffusion_a": 0.0}, {"diffusion_b": 0.0}):
        detector = replace(DAMIC, **change)
        np.testing.assert_array_equal(silicon.diffusion_width(np.array([0, 300.0]), detector), 0)
        assert silicon.point_width(5.9, 300.0, detector) == 0


@pytest.mark.parametrize("depth", [100.0, 500.0])
def test_the_charge_of_a_larger_deposit_repels_itself(depth):
    width = silicon.diffusion_width(np.array(depth), DAMIC)
    widest = silicon.diffusion_width(np.array(DAMIC.thickness), DAMIC) / DAMIC.pixel_size
    assert silicon.point_width(0.0, depth, DAMIC) == pytest.approx(width)
    expected = width * (1 + 0.00597 * 40 / widest)
    assert silicon.point_width(40.0, depth, DAMIC) == pytest.approx(expected)
    assert silicon.point_width(40.0, depth, replace(DAMIC, diffusion_growth=0.0)) == width


@pytest.mark.parametrize("fano", [0.119, 1.0])
def test_the_freed_charge_fluctuates_by_fano(fano):
    detector, rng = replace(DAMIC, fano=fano), np.random.default_rng(1)
    charges = [silicon.freed_charge(5.9, detector, rng=rng) for _ in range(8000)]
    mean = 5900 / 3.749
    variance = fano * mean + 1 / 12
    assert {type(charge) for charge in charges} == {int}
    assert abs(np.mean(charges) - mean) < 4 * (variance / 8000) ** 0.5
    assert np.var(charges) == pytest.approx(variance, rel=4 * (2 / 8000) ** 0.5)


def test_no_energy_frees_no_charge_and_none_is_negative():
    rng = np.random.default_rng(1)
    assert silicon.freed_charge(0.0, DAMIC, rng=rng) == 0
    wild = replace(DAMIC, fano=100.0)
    assert min(silicon.freed_charge(0.01, wild, rng=rng) for _ in range(200)) == 0
