"""Dark charge and the Poisson noise of any charge, against their theory."""

import numpy as np
import pytest
from scipy.stats import chi2, poisson

from ccdseg.simulation import effects
from tests.refusal import refused


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
    charge = effects.poisson_charge(effects.mean_dark_charge(2 * mean, time), rng=generator())
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, np.round(charge))
    assert abs(charge.mean() - mean) < 4 * (mean / charge.size) ** 0.5
    error_of_variance = ((mean + 2 * mean**2) / charge.size) ** 0.5
    assert abs(charge.var(dtype=float) - mean) < 4 * error_of_variance


def test_dark_charge_grows_with_the_time_of_each_pixel():
    time = np.repeat([[0.0], [86400.0], [3 * 86400.0]], 4000, axis=1)
    charge = effects.poisson_charge(effects.mean_dark_charge(5, time), rng=generator())
    np.testing.assert_array_less(np.abs(charge.mean(1) - [0, 5, 15]), 4 * (15 / 4000) ** 0.5)
    assert not charge[0].any()


def test_the_mean_dark_charge_rises_evenly_from_the_first_to_the_last_row():
    ramp = effects.dark_charge_ramp((320, 7), 0.33, 1.46)
    assert (ramp.dtype, ramp.shape) == (np.float32, (320, 7))
    np.testing.assert_allclose(ramp[[0, -1]], np.repeat([[0.33], [1.46]], 7, axis=1), rtol=1e-6)
    np.testing.assert_allclose(np.diff(ramp, axis=0), 1.13 / 319, rtol=1e-4)
    np.testing.assert_array_equal(ramp, ramp[:, :1].repeat(7, axis=1))


def test_one_row_collects_the_charge_of_the_first():
    np.testing.assert_array_equal(effects.dark_charge_ramp((1, 3), 2, 5), [[2, 2, 2]])


@pytest.mark.parametrize("mean", [0.002, 0.4, 0.6, 1.46, 6.0, 10.0])
def test_few_electrons_follow_the_poisson_distribution(mean):
    mean = np.float32(mean)
    charge = effects.poisson_charge(np.full((500, 400), mean), rng=generator())
    assert charge.dtype == np.float32
    counts = np.bincount(charge.astype(int).ravel())
    np.testing.assert_array_equal(charge, np.rint(charge))
    expected = charge.size * poisson.pmf(np.arange(counts.size), mean)
    usual = expected > 10
    deviation = ((counts - expected)[usual] ** 2 / expected[usual]).sum()
    assert chi2.sf(deviation, usual.sum() - 1) > 1e-4
    assert abs(charge.mean(dtype=float) - mean) < 4 * (mean / charge.size) ** 0.5


@pytest.mark.parametrize("mean", [10.5, 30.0, 60.0, 1e3, 1e5])
def test_many_electrons_have_the_moments_of_the_poisson_distribution(mean):
    charge = effects.poisson_charge(np.full((500, 400), mean), rng=generator()).astype(float)
    np.testing.assert_array_equal(charge, np.rint(charge))
    assert charge.min() >= 0
    pull = (charge - mean) / mean**0.5
    assert abs(pull.mean()) < 4 / charge.size**0.5
    assert abs((pull**2).mean() - 1) < 4 * ((2 + 1 / mean) / charge.size) ** 0.5
    assert (pull**3).mean() == pytest.approx(mean**-0.5, abs=4 * (15 / charge.size) ** 0.5)


def test_each_pixel_has_its_own_mean():
    levels = np.float32([0, 0.1, 0.4, 3, 9, 11, 80, 5000])
    charge = effects.poisson_charge(np.tile(levels, (20000, 1)), rng=generator())
    assert not charge[:, 0].any()
    error = (levels / len(charge)) ** 0.5
    np.testing.assert_array_less(np.abs(charge.mean(0, dtype=float) - levels), 4 * error + 1e-9)
    spread = ((levels + 2 * levels**2) / len(charge)) ** 0.5
    np.testing.assert_array_less(np.abs(charge.var(0, dtype=float) - levels), 4 * spread + 1e-9)


@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (300, 301), (7,)])
def test_a_map_of_any_shape_and_order_is_drawn(shape):
    charge = effects.poisson_charge(np.full(shape, 5.0).T, rng=generator())
    assert charge.shape == shape[::-1]
    assert effects.poisson_charge(np.zeros(shape), rng=generator()).sum() == 0


@pytest.mark.parametrize(("value", "found"), [(-0.5, "-0.5"), (np.nan, "nan"), (np.inf, "inf")])
def test_an_impossible_mean_is_refused(value, found):
    mean = np.ones((4, 4))
    mean[2, 1] = value
    with refused(f"Mean charge is {found} e⁻; it must be finite and not negative"):
        effects.poisson_charge(mean, rng=generator())


def test_the_seed_decides_alone():
    mean = np.full((9, 9), 5.0)
    first, again, other = (effects.poisson_charge(mean, rng=generator(s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_the_mean_is_left_as_it_was():
    mean = np.linspace(0, 60, 100, dtype=np.float32).reshape(10, 10)
    before = mean.copy()
    effects.poisson_charge(mean, rng=generator())
    np.testing.assert_array_equal(mean, before)
