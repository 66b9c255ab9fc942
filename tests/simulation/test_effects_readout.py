"""From charge to signal, and what the readout adds to it."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused


def generator(seed=1):
    return np.random.default_rng(seed)


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


def test_every_row_has_an_offset_of_its_own():
    offsets = effects.row_offsets((20000, 3), 2.5, rng=generator())
    assert (offsets.dtype, offsets.shape) == (np.float32, (20000, 3))
    np.testing.assert_array_equal(offsets, offsets[:, :1].repeat(3, axis=1))
    row = offsets[:, 0].astype(float)
    assert abs(row.mean()) < 4 * 2.5 / 20000**0.5
    assert abs(row.std() - 2.5) < 4 * 2.5 / 40000**0.5
    assert abs(np.corrcoef(row[1:], row[:-1])[0, 1]) < 4 / 20000**0.5


@pytest.mark.parametrize("amplitude", [30.0, -30.0])
def test_the_transient_of_every_row_falls_to_a_third_in_its_scale(amplitude):
    transient = effects.column_transient((4, 50), amplitude, 8.0)
    assert transient.dtype == np.float32
    np.testing.assert_array_equal(transient, transient[:1].repeat(4, axis=0))
    assert transient[0, 0] == amplitude
    np.testing.assert_allclose(transient[0, [8, 16]], amplitude * np.exp([-1.0, -2.0]), rtol=1e-6)


@pytest.mark.parametrize("shape", [(30, 41), (1, 7), (6, 1), (1, 1)])
def test_the_background_rises_by_its_slopes_and_has_no_mean(shape):
    plane = effects.background_plane(shape, 6.0, -4.0)
    assert (plane.dtype, plane.shape) == (np.float32, shape)
    assert plane.mean(dtype=float) == pytest.approx(0, abs=1e-6)
    rise = plane[-1, 0] - plane[0, 0], plane[0, -1] - plane[0, 0]
    assert rise == pytest.approx([6.0 * (shape[0] > 1), -4.0 * (shape[1] > 1)], rel=1e-5)
    for axis in (0, 1):
        np.testing.assert_allclose(np.diff(plane, 2, axis=axis), 0, atol=1e-5)


@pytest.mark.parametrize("angle", [0, 27.0, 90, 135.0])
def test_fringes_repeat_after_their_period_along_their_direction(angle):
    period, phase = 16.0, 0.7
    fringes = effects.correlated_fringes((96, 96), 3.0, period=period, angle=angle, phase=phase)
    assert fringes.dtype == np.float32
    assert fringes[0, 0] == pytest.approx(3 * np.sin(phase), rel=1e-5)
    assert np.abs(fringes).max() == pytest.approx(3, rel=0.02)
    rows, columns = np.indices((96, 96))
    direction = np.deg2rad(angle)
    along = rows * np.sin(direction) + columns * np.cos(direction)
    expected = 3 * np.sin(2 * np.pi * along / period + phase)
    np.testing.assert_allclose(fringes, expected, atol=1e-4)


def test_upright_fringes_are_those_of_angle_zero():
    fringes = effects.correlated_fringes((8, 40), 1.0, period=10.0, angle=0, phase=0)
    np.testing.assert_allclose(fringes, fringes[:1].repeat(8, axis=0), atol=1e-6)
    np.testing.assert_allclose(fringes[:, 10:], fringes[:, :-10], atol=1e-5)
    assert fringes[0, 2] == pytest.approx(np.sin(2 * np.pi * 0.2), rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, float])
def test_a_saturated_signal_is_cut(dtype):
    image = np.array([[-5, 100, 65535, 70000, 1e9]], dtype=dtype)
    before = image.copy()
    cut = effects.saturate(image, 65535)
    assert cut.dtype == np.float32
    np.testing.assert_array_equal(cut, [[-5, 100, 65535, 65535, 65535]])
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("dtype", [np.float32, float])
def test_the_converter_gives_whole_numbers_and_adds_the_noise_of_rounding(dtype):
    image = generator().uniform(-50, 50, (200, 200)).astype(dtype)
    before = image.copy()
    whole = effects.quantise(image)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(whole % 1, 0)
    error = whole - image
    assert np.abs(error).max() <= 0.5
    assert error.std() == pytest.approx(12**-0.5, rel=0.02)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(("prescan", "overscan"), [(0, 0), (2, 3), (0, 1), (4, 0), (5, 5)])
def test_columns_outside_the_silicon_hold_no_charge(prescan, overscan):
    charge = np.full((3, 10), 7.0)
    active = effects.inactive_columns(charge, prescan, overscan)
    assert active.dtype == np.float32
    expected = [0] * prescan + [7] * (10 - prescan - overscan) + [0] * overscan
    np.testing.assert_array_equal(active, [expected] * 3)
    np.testing.assert_array_equal(charge, 7)


@pytest.mark.parametrize(("prescan", "overscan"), [(-1, 0), (0, -1), (6, 5)])
def test_columns_that_do_not_fit_are_refused(prescan, overscan):
    with refused(f"Prescan {prescan} and overscan {overscan} px do not fit into 10 columns"):
        effects.inactive_columns(np.ones((3, 10)), prescan, overscan)


@pytest.mark.parametrize("scale", [0, -2, float("nan")])
def test_impossible_lengths_are_refused(scale):
    with refused(f"scale of the transient is {scale} px; it must be above 0"):
        effects.column_transient((3, 3), 1.0, scale)
    with refused(f"period of the fringes is {scale} px; it must be above 0"):
        effects.correlated_fringes((3, 3), 1.0, period=scale, angle=0, phase=0)


@pytest.mark.parametrize(
    "effect",
    [
        lambda rng: effects.readout_noise((4, 4), 1.0, rng=rng),
        lambda rng: effects.row_offsets((4, 4), 1.0, rng=rng),
    ],
    ids=["noise", "row offsets"],
)
def test_the_seed_decides_alone(effect):
    np.testing.assert_array_equal(effect(generator(5)), effect(generator(5)))
    assert np.any(effect(generator(5)) != effect(generator(6)))


def test_telegraph_noise_leaves_most_pixels_alone():
    shift = effects.telegraph_noise((400, 500), 8.0, 0.02, rng=generator())
    assert shift.dtype == np.float32
    shifted = shift[shift != 0].astype(float)
    assert abs(shifted.size - 4000) < 4 * 4000**0.5
    assert abs(shifted.mean()) < 4 * 8 / 4000**0.5
    assert abs(shifted.std() - 8) < 4 * 8 / 8000**0.5
