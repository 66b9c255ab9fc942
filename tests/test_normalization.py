"""Normalisations of frames."""

import json

import numpy as np
import pytest
from refusal import refused

from ccdseg.normalization import (
    NORMALIZERS,
    ClipNormalizer,
    LinearNormalizer,
    MaximumNormalizer,
    Normalizer,
    RobustNormalizer,
    get_normalizer,
)


def noisy_frame(shape=(120, 100), seed=1):
    rng = np.random.default_rng(seed)
    frame = rng.normal(0, 19, shape).astype(np.float32)
    frame[5:9, 5:40] += 2000
    return frame


@pytest.mark.parametrize("name", NORMALIZERS)
def test_a_normalised_frame_is_a_new_float32_array_of_its_shape(name):
    frame = (noisy_frame() + 8800).astype(np.uint16)
    before = frame.copy()
    normalised = get_normalizer(name)(frame)
    assert normalised.dtype == np.float32
    assert normalised.shape == frame.shape
    np.testing.assert_array_equal(frame, before)


def test_none_leaves_the_adu():
    np.testing.assert_array_equal(get_normalizer("none")(noisy_frame()), noisy_frame())


@pytest.mark.parametrize("maximum", [255.0, 1.0])
def test_the_maximum_is_scaled(maximum):
    frame = noisy_frame() + 8800
    normalised = MaximumNormalizer(maximum)(frame)
    assert normalised.max() == pytest.approx(maximum)
    np.testing.assert_allclose(normalised, frame / frame.max() * maximum, rtol=1e-6)


@pytest.mark.parametrize("limits", [(1.0, 99.0), (0.0, 100.0), (10.0, 60.0)])
def test_linear_maps_the_percentiles_to_0_and_1_and_goes_beyond(limits):
    frame = noisy_frame() + 8800
    low, high = np.percentile(frame, limits)
    normalised = LinearNormalizer(*limits)(frame)
    np.testing.assert_allclose(normalised, (frame - low) / (high - low), atol=1e-4)


def test_linear_does_not_clip_and_clip_does():
    frame = noisy_frame()
    linear, clipped = LinearNormalizer(1.0, 90.0)(frame), ClipNormalizer(1.0, 90.0)(frame)
    assert linear.min() < 0
    assert linear.max() > 1
    assert (clipped.min(), clipped.max()) == (0, 1)
    np.testing.assert_array_equal(clipped, np.clip(linear, 0, 1))


@pytest.mark.parametrize("gain", [0.01, 1.0, 7.5])
@pytest.mark.parametrize("pedestal", [-40.0, 0.0, 8800.0])
def test_robust_knows_neither_pedestal_nor_gain(pedestal, gain):
    frame = noisy_frame().astype(float)
    expected = get_normalizer("robust")(frame)
    normalised = get_normalizer("robust")(frame * gain + pedestal)
    np.testing.assert_allclose(normalised, expected, rtol=1e-3, atol=0.05 if gain < 1 else 2e-3)


def test_robust_gives_noise_a_deviation_of_a_quarter_and_compresses_what_is_bright():
    frame = np.random.default_rng(1).normal(8800, 19, (300, 300))
    robust = RobustNormalizer(softening=20.0)
    normalised = robust(frame)
    assert np.median(normalised) == pytest.approx(0, abs=1e-3)
    assert normalised.std() == pytest.approx(0.25, rel=0.02)
    frame[0, 0] = 8800 + 19 * 1e4
    bright = robust(frame)[0, 0]
    assert bright == pytest.approx(20 * np.arcsinh(1e4 / 20) / 4, rel=0.02)


def test_a_large_softening_keeps_the_contrast_of_what_is_bright():
    frame = noisy_frame()
    soft, hard = (RobustNormalizer(softening)(frame) for softening in (1e4, 20.0))
    assert soft.max() > 2 * hard.max()
    np.testing.assert_allclose(soft.max() / soft.std(), frame.max() / frame.std(), rtol=0.01)


@pytest.mark.parametrize("name", NORMALIZERS)
@pytest.mark.parametrize("value", [0.0, -40.0, 8800.0])
def test_a_constant_frame_stays_constant_and_finite(name, value):
    normalised = get_normalizer(name)(np.full((6, 7), value))
    assert np.all(np.isfinite(normalised))
    assert np.ptp(normalised) == 0
    if name in {"linear", "clip", "robust"}:
        assert not normalised.any()


def test_a_frame_of_few_different_pixels_is_finite():
    frame = np.full((20, 20), 100.0)
    frame[3, 4] = 5000
    for name in NORMALIZERS:
        normalised = get_normalizer(name)(frame)
        assert np.all(np.isfinite(normalised)), name
        assert normalised.argmax() == frame.argmax(), name


@pytest.mark.parametrize("name", ["linear", "clip", "robust"])
def test_statistics_of_a_large_frame_are_those_of_a_part_of_it(name):
    frame = np.random.default_rng(1).normal(8800, 19, (1100, 1000)).astype(np.float32)
    normalised = get_normalizer(name)(frame)
    np.testing.assert_allclose(
        normalised[:500], get_normalizer(name)(frame[:500]), atol=0.02, rtol=0.01
    )


@pytest.mark.parametrize(
    "normalizer",
    [*(kind() for kind in NORMALIZERS.values()), RobustNormalizer(500.0), ClipNormalizer(2, 98)],
    ids=str,
)
def test_a_normalisation_survives_json(normalizer):
    again = get_normalizer(json.loads(json.dumps(normalizer.to_dict())))
    assert again == normalizer
    assert type(again) is type(normalizer)
    np.testing.assert_array_equal(again(noisy_frame()), normalizer(noisy_frame()))


def test_a_normalisation_is_its_own_choice():
    normalizer = RobustNormalizer(3.0)
    assert get_normalizer(normalizer) is normalizer
    assert type(get_normalizer("none")) is Normalizer


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (
            "median",
            "Unknown normalisation 'median'; choose from none, max255, linear, clip, robust",
        ),
        ({}, "Unknown normalisation None"),
        ({"name": "robust", "high": 3}, "'robust' has no parameter high"),
        ({"name": "none", "b": 1, "a": 2}, "'none' has no parameter a, b"),
    ],
)
def test_an_unknown_normalisation_is_refused(choice, message):
    with refused(message):
        get_normalizer(choice)


def test_a_frame_below_zero_keeps_its_order():
    normalised = MaximumNormalizer()(np.array([[-40.0, -20.0]]))
    assert normalised[0, 0] < normalised[0, 1]


@pytest.mark.parametrize(
    "choice", [{"name": "linear", "low": 200}, {"name": "robust", "softening": 0}]
)
def test_an_impossible_parameter_is_refused(choice):
    with refused("low|softening"):
        get_normalizer(choice)
