"""Structure of the baseline along rows and columns."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused


def generator(seed=1):
    return np.random.default_rng(seed)


def test_every_column_has_an_offset_of_its_own():
    offsets = effects.column_offsets((3, 20000), 2.5, rng=generator())
    assert (offsets.dtype, offsets.shape) == (np.float32, (3, 20000))
    np.testing.assert_array_equal(offsets, offsets[:1].repeat(3, axis=0))
    column = offsets[0].astype(float)
    assert abs(column.mean()) < 4 * 2.5 / 20000**0.5
    assert abs(column.std() - 2.5) < 4 * 2.5 / 40000**0.5
    assert abs(np.corrcoef(column[1:], column[:-1])[0, 1]) < 4 / 20000**0.5


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("length", [1.5, 5.0])
def test_a_wave_has_its_amplitude_and_the_correlation_of_smoothed_noise(axis, length):
    shape = (40000, 2) if axis == 0 else (2, 40000)
    wave = effects.baseline_wave(shape, 3.0, length, axis=axis, rng=generator())
    assert (wave.dtype, wave.shape) == (np.float32, shape)
    assert np.ptp(wave, axis=1 - axis).max() == 0
    profile = np.take(wave, 0, axis=1 - axis).astype(float)
    assert profile.std() == pytest.approx(3.0, rel=0.05)
    lag = round(2 * length)
    correlation = np.corrcoef(profile[lag:], profile[:-lag])[0, 1]
    assert correlation == pytest.approx(np.exp(-((lag / length) ** 2) / 4), abs=0.05)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_band_starts_with_a_step_and_falls_to_a_third_in_its_scale(axis):
    band = effects.baseline_step((60, 60), -4.0, first=10, end=41, scale=15.0, axis=axis)
    assert band.dtype == np.float32
    assert np.ptp(band, axis=1 - axis).max() == 0
    profile = np.take(band, 0, axis=1 - axis)
    assert not profile[:10].any()
    assert not profile[41:].any()
    np.testing.assert_allclose(profile[[10, 25, 40]], -4 * np.exp([0.0, -1.0, -2.0]), rtol=1e-6)


def test_a_band_without_decay_is_flat():
    band = effects.baseline_step((2, 9), 5.0, first=3, end=9, scale=np.inf, axis=1)
    np.testing.assert_array_equal(band, [[0, 0, 0, 5, 5, 5, 5, 5, 5]] * 2)


def test_dark_columns_lack_their_depth_from_their_first_row_on():
    dark = effects.dark_columns(
        (3, 6), np.array([2.0, 7.0]), np.array([1, 2]), np.array([2, 9]), np.array([0, 2])
    )
    np.testing.assert_array_equal(
        dark, [[0, -2, -2, 0, 0, 0], [0, -2, -2, 0, 0, 0], [0, -2, -7, -7, -7, -7]]
    )


def test_no_dark_column_changes_nothing():
    none = np.zeros(0, dtype=int)
    assert not effects.dark_columns((3, 6), 5.0, none, none, none).any()


def test_what_has_no_length_is_refused():
    with refused("The length of the wave is 0.0 px; it must be above 0"):
        effects.baseline_wave((4, 4), 1.0, 0.0, axis=0, rng=generator())
    with refused("The scale of the band is -1.0 px; it must be above 0"):
        effects.baseline_step((4, 4), 1.0, first=0, end=4, scale=-1.0, axis=0)
