"""Hits while the frame is read."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused


def event(shape=(9, 60), level=500.0, seed=1, **changes):
    values = {"row": 4, "first_column": 10, "length": 20, "roughness": 0.0} | changes
    return effects.serial_register_event(shape, level, **values, rng=np.random.default_rng(seed))


def test_a_streak_fills_its_pixels_of_one_row_and_falls_to_its_end():
    charge = event()
    assert charge.dtype == np.float32
    rows, columns = np.nonzero(charge)
    np.testing.assert_array_equal(rows, 4)
    np.testing.assert_array_equal(columns, np.arange(10, 30))
    assert charge[4, 10] == 500
    np.testing.assert_allclose(charge[4, 20], 500 / np.e, rtol=1e-6)
    np.testing.assert_allclose(charge[4, 11:30] / charge[4, 10:29], np.exp(-0.1), rtol=1e-5)


def test_a_streak_falls_from_its_brightest_pixel_to_both_ends():
    line = event(brightest=5)[4, 10:30]
    assert line.argmax() == 5
    assert line[5] == 500
    np.testing.assert_allclose(line[0], 500 * np.exp(-10 / 6), rtol=1e-5)
    np.testing.assert_allclose(line[19], 500 * np.exp(-28 / 15), rtol=1e-5)


@pytest.mark.parametrize("brightest", [-1, 20])
def test_a_streak_is_brightest_at_one_of_its_pixels(brightest):
    with refused(f"Pixel {brightest} of an event of 20 px.*give one from 0 to 19"):
        event(brightest=brightest)


@pytest.mark.parametrize("first", [-8, -20, -30, 45, 59, 60, 70])
def test_a_streak_is_cut_at_the_frame(first):
    wide = event((9, 200), first_column=100)[:, 100 - first : 160 - first]
    np.testing.assert_array_equal(event(first_column=first), wide)


def test_the_pixels_of_a_streak_are_uneven():
    charge = event((2, 10001), row=1, first_column=0, length=10**6, roughness=0.25)
    factors = charge[1].astype(float) / 500
    assert abs(factors.mean() - 1) < 4 * 0.25 / 100 + 0.01
    assert factors.std() == pytest.approx(0.25, rel=0.05)
    assert factors.min() > 0
    assert not charge[0].any()


@pytest.mark.parametrize("row", [-1, 9])
def test_a_row_outside_the_frame_is_refused(row):
    with refused(f"Row {row} lies outside the frame; give one from 0 to 8"):
        event(row=row)


def test_a_streak_without_length_is_refused():
    with refused("event is 0 px long; give 1 or more"):
        event(length=0)


def test_the_seed_decides_alone():
    one, same, other = (event(roughness=0.5, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)
