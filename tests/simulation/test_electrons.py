"""Electrons against their ranges, and the bank that their paths come from."""

import numpy as np
import pytest
from scipy.stats import kstest

from ccdseg.detector.silicon import STEP, stopping_power
from ccdseg.simulation.particles import electron, electron_bank
from ccdseg.simulation.particles.electrons import HIGHEST_ENERGY
from tests.refusal import refused


@pytest.fixture(scope="module")
def bank():
    return electron_bank()


def draws(bank, energy, n, seed=1):
    rng = np.random.default_rng(seed)
    return [bank.draw(energy, rng=rng) for _ in range(n)]


def test_every_path_of_the_bank_loses_all_its_energy_step_by_step(bank):
    paths = [slice(*ends) for ends in zip(bank.offsets[:-1], bank.offsets[1:], strict=True)]
    assert len(paths) == 256
    for path in paths:
        losses, remaining = bank.losses[path], bank.remaining[path]
        assert losses.min() > 0
        assert remaining[0] == HIGHEST_ENERGY
        np.testing.assert_allclose(remaining - losses, [*remaining[1:], 0], atol=1e-9)
        steps = np.linalg.norm(np.diff(bank.positions[path], axis=0), axis=1)
        np.testing.assert_allclose(steps, STEP)


def test_the_bank_is_made_once_and_its_seed_decides_it(bank):
    assert electron_bank() is bank
    first, again, other = (electron_bank.__wrapped__(3, seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.losses, again.losses)
    np.testing.assert_array_equal(first.positions, again.positions)
    assert len(first.offsets) == 4
    assert not np.array_equal(first.losses[:50], other.losses[:50])


@pytest.mark.parametrize("energy", [0.1, 1.0, 5.9, 59.5, 1000.0, 2999.0, HIGHEST_ENERGY])
def test_an_electron_leaves_the_energy_asked_for(bank, energy):
    for path in draws(bank, energy, 40):
        assert path.kind == "electron"
        assert path.losses.min() >= 0
        assert path.energy == pytest.approx(energy)
        np.testing.assert_array_equal(path.positions[0], 0)
        assert len(path.positions) == len(path.losses)
        steps = np.linalg.norm(np.diff(path.positions, axis=0), axis=1)
        np.testing.assert_allclose(steps, STEP)


def test_the_bank_is_not_changed_by_what_is_drawn(bank):
    before = bank.positions.copy(), bank.losses.copy()
    for path in draws(bank, 100.0, 5):
        path.positions[:] = 0
        path.losses[:] = 0
    np.testing.assert_array_equal(bank.positions, before[0])
    np.testing.assert_array_equal(bank.losses, before[1])


@pytest.mark.parametrize(("energy", "csda_range"), [(100, 78), (300, 440), (1000, 2350)])
def test_the_path_length_is_the_range_of_electrons_in_silicon(bank, energy, csda_range):
    """Ranges (µm) of the continuous slowing down approximation, ESTAR (NIST)."""
    length = np.mean([len(path.losses) for path in draws(bank, energy, 250)]) * STEP
    assert length == pytest.approx(csda_range, rel=0.15)


@pytest.mark.parametrize("energy", [30.0, 100.0, 300.0, 1000.0])
def test_the_mean_loss_of_the_bank_is_the_stopping_power(bank, energy):
    near = np.abs(np.log(bank.remaining / energy)) < 0.1
    expected = stopping_power(bank.remaining[near])
    assert bank.losses[near].mean() / STEP == pytest.approx(expected.mean(), rel=0.12)


def test_electrons_start_in_any_direction(bank):
    directions = np.array([path.direction for path in draws(bank, 20.0, 2000)])
    np.testing.assert_array_less(np.abs(directions.mean(0)), 4 / 6000**0.5)
    spread = directions.T @ directions / 2000
    np.testing.assert_array_less(np.abs(spread - np.eye(3) / 3), 4 * (4 / 45 / 2000) ** 0.5)


def test_an_electron_takes_the_direction_asked_for(bank):
    rng, wanted = np.random.default_rng(1), np.array([0.48, -0.6, 0.64])
    for energy in (30.0, 300.0):
        path = bank.draw(energy, direction=wanted, rng=rng)
        np.testing.assert_array_equal(path.direction, wanted)
        np.testing.assert_allclose(path.positions[1], STEP * wanted, atol=1e-9)


def test_an_electron_goes_on_ahead_and_is_turned_to_all_sides(bank):
    rng, ahead = np.random.default_rng(1), np.array([0.0, 0.0, 1.0])
    ends = np.array([bank.draw(400.0, direction=ahead, rng=rng).positions[30] for _ in range(400)])
    error = ends.std(0) / 400**0.5
    assert ends[:, 2].mean() > 10 * error[2]
    np.testing.assert_array_less(np.abs(ends[:, :2].mean(0)), 4 * error[:2])
    assert kstest(np.arctan2(ends[:, 1], ends[:, 0]), "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


def test_a_slow_electron_is_scattered_more(bank):
    straightness = []
    for energy in (60.0, 150.0, 1000.0):
        steps = (np.diff(path.positions[:3], axis=0) / STEP for path in draws(bank, energy, 200))
        straightness.append(np.mean([first @ second for first, second in steps]))
    assert straightness == sorted(straightness)
    assert straightness[0] < 0.9
    assert straightness[-1] > 0.97


def test_the_end_of_an_electron_is_denser_than_its_start(bank):
    quarters = []
    for path in draws(bank, 300.0, 100):
        n = len(path.losses) // 4
        quarters.append((path.losses[:n].mean(), path.losses[-n:].mean()))
    start, end = np.mean(quarters, axis=0)
    assert end > 2 * start


@pytest.mark.parametrize("energy", [0.0, -5.0, 3000.001, np.nan, np.inf])
def test_an_impossible_energy_is_refused(bank, energy):
    with refused(f"Electron of {energy} keV; give an energy above 0 and up to 3000.0 keV"):
        bank.draw(energy, rng=np.random.default_rng(1))
    with refused(f"Electron of {energy} keV"):
        electron(energy, thickness=675.0, rng=np.random.default_rng(1))


@pytest.mark.parametrize("thickness", [30.0, 675.0])
def test_an_electron_stops_where_it_leaves_the_silicon(bank, thickness):
    n_contained = 0
    for seed in range(60):
        path = electron(400.0, thickness=thickness, rng=np.random.default_rng(seed))
        assert path.positions[:, 2].min() >= 0
        assert path.positions[:, 2].max() <= thickness
        whole = bank.draw(400.0, rng=np.random.default_rng(seed))
        n = len(path.losses)
        np.testing.assert_array_equal(path.losses, whole.losses[:n])
        if n == len(whole.losses):
            n_contained += 1
            continue
        shift = path.positions[0] - whole.positions[0]
        left = whole.positions[n, 2] + shift[2]
        assert not 0 <= left <= thickness
    assert (0 <= n_contained < 5) if thickness == 30 else (15 < n_contained < 60)


def test_an_electron_starts_at_any_depth():
    rng = np.random.default_rng(1)
    paths = [electron(50.0, thickness=400.0, rng=rng) for _ in range(1000)]
    assert kstest([path.positions[0, 2] for path in paths], "uniform", (0, 400)).pvalue > 1e-3
    assert not np.any([path.positions[0, :2] for path in paths])


def test_the_seed_decides_the_electron():
    first, again, other = (
        electron(300.0, thickness=675.0, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.positions, again.positions)
    np.testing.assert_array_equal(first.losses, again.losses)
    assert not np.array_equal(first.positions[:5], other.positions[:5])
