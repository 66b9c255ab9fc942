"""Effects of a CCD against their theory."""

import numpy as np
import pytest
from refusal import refused

from ccdseg.simulation import effects


def generator(seed=1):
    return np.random.default_rng(seed)


def test_in_a_continuous_readout_every_pixel_waits_one_frame():
    time = effects.waiting_time((3, 5), 0, 2.0, n_samples=10)
    np.testing.assert_array_equal(time, np.full((3, 5), 3 * 5 * 2.0 * 10))


def test_after_an_exposure_pixels_wait_for_their_turn():
    time = effects.waiting_time((3, 5), 100, 2.0, n_samples=10)
    assert time[0, 0] == 100 + 2.0 * 10
    assert time[2, 4] == 100 + 15 * 2.0 * 10
    np.testing.assert_array_equal(np.diff(time.ravel()), np.full(14, 20.0))


@pytest.mark.parametrize("mean", [0.01, 2.5, 40.0])
def test_dark_charge_is_poisson(mean):
    time = np.full((200, 250), 43200.0)
    charge = effects.dark_current(2 * mean, time, rng=generator())
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, np.round(charge))
    assert abs(charge.mean() - mean) < 4 * (mean / charge.size) ** 0.5
    error_of_variance = ((mean + 2 * mean**2) / charge.size) ** 0.5
    assert abs(charge.var(dtype=float) - mean) < 4 * error_of_variance


def test_dark_charge_grows_with_the_time_of_each_pixel():
    time = np.repeat([[0.0], [86400.0], [3 * 86400.0]], 4000, axis=1)
    charge = effects.dark_current(5, time, rng=generator())
    np.testing.assert_array_less(np.abs(charge.mean(1) - [0, 5, 15]), 4 * (15 / 4000) ** 0.5)
    assert not charge[0].any()


def test_ionisation_frees_one_electron_per_pair_energy():
    energy = np.array([[0.0, 3.749, 7.498]], dtype=np.float32)
    np.testing.assert_allclose(effects.ionisation(energy, 3.749), [[0, 1000, 2000]], rtol=1e-6)


def test_hot_lines_fill_their_pixels_and_do_not_add_up():
    charge = effects.hot_lines(
        (4, 5),
        7.0,
        np.array([1, 2]),
        np.array([2, 0]),
        np.array([2, 4]),
        vertical=np.array([True, False]),
    )
    expected = np.array([[0, 0, 0, 0, 0], [0, 0, 7, 0, 0], [7, 7, 7, 7, 0], [0, 0, 0, 0, 0]])
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, expected)


def test_random_hot_lines_equal_a_loop_and_are_cut_at_the_frame():
    rng = generator()
    shape, n = (17, 23), 12
    rows, columns = rng.integers(0, shape[0], n), rng.integers(0, shape[1], n)
    lengths, vertical = rng.integers(1, 30, n), rng.random(n) < 0.5
    expected = np.zeros(shape, dtype=np.float32)
    for row, column, length, down in zip(rows, columns, lengths, vertical, strict=True):
        if down:
            expected[row : row + length, column] = 3.5
        else:
            expected[row, column : column + length] = 3.5
    charge = effects.hot_lines(shape, 3.5, rows, columns, lengths, vertical=vertical)
    np.testing.assert_array_equal(charge, expected)


def test_no_hot_lines_leave_the_frame_empty():
    none = np.zeros(0, dtype=int)
    charge = effects.hot_lines((3, 4), 1.0, none, none, none, vertical=none.astype(bool))
    np.testing.assert_array_equal(charge, np.zeros((3, 4)))


@pytest.mark.parametrize(("first", "width"), [(0, 3), (2, 4), (6, 10), (9, 1)])
def test_glow_is_a_block_of_columns_cut_at_the_frame(first, width):
    charge = effects.glowing((4, 8), 1450.0, first_column=first, width=width)
    columns = (np.arange(8) >= first) & (np.arange(8) < first + width)
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, np.broadcast_to(np.where(columns, 1450, 0), (4, 8)))


def test_transfer_loses_a_binomial_number_of_electrons():
    n_frames, inefficiency = 600, 0.02
    rng = generator()
    charge = np.full((6, 9), 1000.0)
    frames = [effects.charge_transfer_loss(charge, inefficiency, rng=rng) for _ in range(n_frames)]
    loss = 1000 - np.mean(frames, axis=0, dtype=float)
    transfers = np.add.outer(np.arange(6), np.arange(9)) + 1
    error = (transfers * inefficiency * (1 - inefficiency) / n_frames) ** 0.5
    np.testing.assert_array_less(np.abs(loss - transfers * inefficiency), 4 * error)
    np.testing.assert_array_equal(charge, 1000)


def test_transfer_never_loses_more_than_a_pixel_holds():
    charge = generator().integers(0, 4, (30, 30)).astype(np.float32)
    left = effects.charge_transfer_loss(charge, 0.3, rng=generator(2))
    assert left.min() == 0
    assert np.all(left <= charge)
    assert left.sum() < charge.sum()


@pytest.mark.parametrize("inefficiency", [0, 1])
def test_perfect_and_total_loss_are_exact(inefficiency):
    charge = np.full((3, 4), 100.0, dtype=np.float32)
    left = effects.charge_transfer_loss(charge, inefficiency, rng=generator())
    transfers = np.add.outer(np.arange(3), np.arange(4)) + 1
    np.testing.assert_array_equal(left, 100 - inefficiency * transfers)


@pytest.mark.parametrize("inefficiency", [-0.1, 1.1, float("nan")])
def test_an_impossible_transfer_inefficiency_is_refused(inefficiency):
    with refused(f"inefficiency is {inefficiency}; it lies from 0 to 1"):
        effects.charge_transfer_loss(np.ones((2, 2)), inefficiency, rng=generator())


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


@pytest.mark.parametrize("n_samples", [1, 10, 500])
def test_readout_noise_is_averaged_over_the_samples(n_samples):
    noise = effects.readout_noise((200, 250), 60.0, n_samples, rng=generator())
    sigma = 60 / n_samples**0.5
    assert noise.dtype == np.float32
    assert abs(noise.mean(dtype=float)) < 4 * sigma / noise.size**0.5
    assert abs(noise.std(dtype=float) - sigma) < 4 * sigma / (2 * noise.size) ** 0.5
    within = (np.abs(noise) < sigma).mean()
    assert abs(within - 0.6827) < 4 * (0.6827 * 0.3173 / noise.size) ** 0.5


def test_gain_scales_the_charge():
    charge = np.array([[0, 1, 1000]], dtype=np.float32)
    signal = effects.charge_to_adu(charge, 0.75)
    assert signal.dtype == np.float32
    np.testing.assert_array_equal(signal, [[0, 0.75, 750]])


@pytest.mark.parametrize(
    "effect",
    [
        lambda rng: effects.dark_current(9, np.full((4, 4), 86400.0), rng=rng),
        lambda rng: effects.charge_transfer_loss(np.full((9, 9), 99.0), 0.5, rng=rng),
        lambda rng: effects.readout_noise((4, 4), 1.0, rng=rng),
    ],
    ids=["dark current", "charge transfer", "noise"],
)
def test_the_seed_decides_alone(effect):
    np.testing.assert_array_equal(effect(generator(5)), effect(generator(5)))
    assert np.any(effect(generator(5)) != effect(generator(6)))
