"""Charge on its way to the amplifier: what is lost, deferred, spilled and summed."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused


def generator(seed=1):
    return np.random.default_rng(seed)


def test_transfer_loses_a_binomial_number_of_electrons():
    n_frames, inefficiency = 600, 0.02
    rng = generator()
    charge = np.full((6, 9), 1000.0)
    frames = [
        effects.charge_transfer_loss(
            charge, effects.transfer_losses(charge.shape, inefficiency, rng=rng)
        )
        for _ in range(n_frames)
    ]
    loss = 1000 - np.mean(frames, axis=0, dtype=float)
    transfers = np.add.outer(np.arange(6), np.arange(9)) + 1
    error = (transfers * inefficiency * (1 - inefficiency) / n_frames) ** 0.5
    np.testing.assert_array_less(np.abs(loss - transfers * inefficiency), 4 * error)
    np.testing.assert_array_equal(charge, 1000)


def test_transfer_never_loses_more_than_a_pixel_holds():
    charge = generator().integers(0, 4, (30, 30)).astype(np.float32)
    lost = effects.transfer_losses(charge.shape, 0.3, rng=generator(2))
    left = effects.charge_transfer_loss(charge, lost)
    assert left.min() == 0
    assert np.all(left <= charge)
    assert left.sum() < charge.sum()


@pytest.mark.parametrize("inefficiency", [0, 1])
def test_perfect_and_total_loss_are_exact(inefficiency):
    charge = np.full((3, 4), 100.0, dtype=np.float32)
    lost = effects.transfer_losses(charge.shape, inefficiency, rng=generator())
    left = effects.charge_transfer_loss(charge, lost)
    transfers = np.add.outer(np.arange(3), np.arange(4)) + 1
    np.testing.assert_array_equal(left, 100 - inefficiency * transfers)


@pytest.mark.parametrize("inefficiency", [-0.1, 1.1, float("nan")])
def test_an_impossible_transfer_inefficiency_is_refused(inefficiency):
    with refused(f"inefficiency is {inefficiency}; it lies from 0 to 1"):
        effects.transfer_losses((2, 2), inefficiency, rng=generator())


@pytest.mark.parametrize("factor", [1, 2, 3, 12])
def test_binning_sums_neighbouring_columns(factor):
    charge = generator().integers(0, 100, (5, 12)).astype(np.float32)
    binned = effects.bin_columns(charge, factor)
    groups = [charge[:, i : i + factor].sum(1) for i in range(0, 12, factor)]
    np.testing.assert_array_equal(binned, np.stack(groups, axis=1))


@pytest.mark.parametrize("factor", [0, -2, 5, 24])
def test_a_factor_that_does_not_divide_the_width_is_refused(factor):
    with refused(f"12 columns cannot be binned in groups of {factor}; "):
        effects.bin_columns(np.ones((5, 12)), factor)


@pytest.mark.parametrize(("parallel", "serial"), [(1e-3, 0), (0, 1e-3), (0.02, 0.3)])
def test_a_hit_trails_away_from_the_amplifier_by_what_its_transfers_leave(parallel, serial):
    charge = np.zeros((40, 50), dtype=np.float32)
    charge[29, 14] = 1e4
    trails = effects.charge_trails(charge, parallel, serial)
    assert trails.dtype == np.float32
    down, along = (1 - parallel) ** 30, (1 - serial) ** 15
    expected = np.zeros((40, 50))
    expected[29, 14] = 1e4 * down * along
    expected[30, 14] = 1e4 * (1 - down) * along
    expected[29, 15] = 1e4 * down * (1 - along)
    expected[30, 15] = 1e4 * (1 - down) * (1 - along)
    np.testing.assert_allclose(trails, expected, rtol=2e-5, atol=1e-2)


def test_trails_conserve_the_charge_but_for_the_last_row_and_column():
    charge = generator().gamma(1, 100, (30, 40)).astype(np.float32)
    before = charge.copy()
    lost_below = (charge[-1] * (1 - (1 - 0.01) ** 30)).sum(dtype=float)
    trails = effects.charge_trails(charge, 0.01, 0)
    assert charge.sum(dtype=float) - trails.sum(dtype=float) == pytest.approx(lost_below, rel=1e-3)
    assert trails.min() >= 0
    charge[-1] = charge[:, -1] = 0
    kept = effects.charge_trails(charge, 0.01, 0.02)
    lost = charge.sum(dtype=float) - kept.sum(dtype=float)
    corner = charge[-2, -2] * (1 - 0.99**29)
    assert abs(lost) < 1e-5 * charge.sum() + corner
    np.testing.assert_array_equal(before[:-1, :-1], charge[:-1, :-1])


def test_far_from_the_amplifier_trails_are_longer():
    charge = np.zeros((100, 100), dtype=np.float32)
    charge[::10, ::10] = 100
    trails = effects.charge_trails(charge, 1e-3, 0)
    behind = trails[1::10, 0]
    assert np.all(np.diff(behind) > 0)
    assert behind[-1] == pytest.approx(100 * 91 * 1e-3, rel=0.05)


@pytest.mark.parametrize("dtype", [np.float32, float, int])
def test_perfect_transfer_leaves_a_copy(dtype):
    charge = generator().integers(0, 100, (5, 6)).astype(dtype)
    trails = effects.charge_trails(charge, 0, 0)
    np.testing.assert_array_equal(trails, charge)
    assert trails.dtype == np.float32
    assert not np.shares_memory(trails, charge)


@pytest.mark.parametrize("wrong", [(-0.1, 0), (0, 1.5), (float("nan"), 0)])
def test_impossible_inefficiencies_of_trails_are_refused(wrong):
    with refused("inefficiency is .*; it lies from 0 to 1"):
        effects.charge_trails(np.ones((3, 3)), *wrong)


def test_a_single_bright_pixel_blooms_equally_up_and_down_its_column():
    charge = np.zeros((41, 5), dtype=np.float32)
    charge[20, 2] = 750
    bloomed = effects.blooming(charge, 100)
    assert bloomed.dtype == np.float32
    expected = np.zeros((41, 5))
    expected[17:24, 2] = 100
    expected[[16, 24], 2] = 25
    np.testing.assert_allclose(bloomed, expected, rtol=1e-6)
    assert charge[20, 2] == 750


def test_blooming_fills_what_is_half_full_and_passes_what_is_full():
    charge = np.zeros((9, 1), dtype=np.float32)
    charge[:, 0] = [0, 0, 60, 100, 200, 100, 90, 0, 0]
    bloomed = effects.blooming(charge, 100)
    np.testing.assert_allclose(bloomed[:, 0], [0, 10, 100, 100, 100, 100, 100, 40, 0])


def test_blooming_conserves_the_charge_that_stays_in_the_frame():
    charge = generator().gamma(0.1, 200, (300, 80)).astype(np.float32)
    charge[:60] = charge[-60:] = 0
    before = charge.copy()
    bloomed = effects.blooming(charge, 150)
    assert (charge > 150).sum() > 100
    assert bloomed.max() <= 150
    np.testing.assert_allclose(bloomed.sum(0, dtype=float), charge.sum(0, dtype=float), rtol=1e-6)
    assert np.all(bloomed >= np.minimum(charge, 150) * (1 - 1e-6))
    np.testing.assert_array_equal(charge, before)


def test_blooming_knows_no_up_and_down():
    charge = generator().gamma(0.1, 200, (60, 80)).astype(np.float32)
    upside_down = effects.blooming(charge[::-1], 40)[::-1]
    np.testing.assert_allclose(effects.blooming(charge, 40), upside_down, rtol=1e-5, atol=1e-4)


def test_a_column_that_is_full_spills_over_the_edges():
    charge = np.full((10, 3), 50.0)
    charge[:, 1] = 130
    np.testing.assert_array_equal(effects.blooming(charge, 100)[:, 1], 100)
    charge = np.zeros((10, 1))
    charge[1] = 1000
    expected = [100] * 6 + [50] + [0] * 3
    np.testing.assert_allclose(effects.blooming(charge, 100)[:, 0], expected)


def test_columns_bloom_apart_from_each_other():
    charge = generator().gamma(0.1, 200, (50, 150))
    alone = [effects.blooming(charge[:, [i]], 60) for i in range(150)]
    np.testing.assert_array_equal(effects.blooming(charge, 60), np.hstack(alone))


def test_where_nothing_exceeds_the_full_well_nothing_changes():
    charge = generator().normal(0, 10, (20, 30)).astype(np.float32)
    bloomed = effects.blooming(charge, 1000)
    np.testing.assert_array_equal(bloomed, charge)
    assert not np.shares_memory(bloomed, charge)


@pytest.mark.parametrize("full_well", [0, -5, float("nan")])
def test_an_impossible_full_well_is_refused(full_well):
    with refused(f"full well is {full_well} e⁻; it must be above 0"):
        effects.blooming(np.ones((3, 3)), full_well)


def test_the_seed_decides_alone():
    def lose(seed):
        return effects.transfer_losses((9, 9), 0.5, rng=generator(seed))

    np.testing.assert_array_equal(lose(5), lose(5))
    assert np.any(lose(5) != lose(6))
