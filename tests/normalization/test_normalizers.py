"""Normalisations of frames."""

import json
from itertools import product

import numpy as np
import pytest

from ccdseg.normalization import (
    NORMALIZERS,
    ClipNormalizer,
    LinearNormalizer,
    MaximumNormalizer,
    Normalizer,
    RobustNormalizer,
    get_normalizer,
    noise_of,
)
from tests.refusal import refused

ALL = [
    *(kind() for kind in NORMALIZERS.values()),
    RobustNormalizer(softening=3.0),
]


def noisy_frame(shape=(120, 100), seed=1):
    rng = np.random.default_rng(seed)
    frame = rng.normal(0, 19, shape).astype(np.float32)
    frame[5:9, 5:40] += 2000
    return frame


@pytest.mark.parametrize("normalizer", ALL, ids=str)
@pytest.mark.parametrize("dtype", [np.uint16, np.float32, ">f4", np.float64])
def test_a_normalised_frame_is_a_new_float32_array_of_its_shape(normalizer, dtype):
    frame = np.rint(noisy_frame() + 8800).astype(dtype)
    before = frame.copy()
    normalised = normalizer(frame)
    assert normalised.dtype == np.float32
    assert normalised.shape == frame.shape
    normalised += 1
    np.testing.assert_array_equal(frame, before)


@pytest.mark.parametrize("normalizer", ALL, ids=str)
@pytest.mark.parametrize("shape", [(211, 173), (1, 90), (90, 1), (700, 600)])
def test_any_part_is_normalised_as_in_the_whole_frame(normalizer, shape):
    frame = np.random.default_rng(3).normal(8800, 19, shape).astype(np.float32)
    frame += np.linspace(0, 400, shape[1], dtype=np.float32)
    whole, fitted = normalizer(frame), normalizer.fitted(frame)
    rng = np.random.default_rng(4)
    for _ in range(20):
        rows, columns = (np.sort(rng.choice(length + 1, 2, replace=False)) for length in shape)
        area = slice(*map(int, rows)), slice(*map(int, columns))
        np.testing.assert_array_equal(fitted(area), whole[area])


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


@pytest.mark.parametrize("normalizer", ALL, ids=str)
def test_a_constant_frame_stays_constant_and_finite(normalizer):
    shapes = [(6, 7), (1, 7), (6, 1), (1, 1), (200, 70)]
    for shape, value in product(shapes, [0.0, -40.0, 8800.0]):
        normalised = normalizer(np.full(shape, value))
        assert np.all(np.isfinite(normalised))
        assert np.ptp(normalised) == 0
        if normalizer.name in {"linear", "clip", "robust"}:
            assert not normalised.any()


@pytest.mark.parametrize("normalizer", ALL, ids=str)
@pytest.mark.parametrize("bright", [101.0, 5000.0, 3e38])
def test_a_frame_of_few_different_pixels_is_finite(normalizer, bright):
    frame = np.full((20, 20), 100.0)
    frame[3, 4] = bright
    normalised = normalizer(frame)
    assert np.all(np.isfinite(normalised))
    if normalizer.name != "stretch" or bright > 2 * 65535 / 255:  # it has steps of 8 bit
        assert normalised.argmax() == frame.argmax()


@pytest.mark.parametrize("scale", [1e-44, 1e-38, 3e37])
def test_robust_is_finite_for_the_smallest_and_the_largest_numbers(scale):
    frame = (np.random.default_rng(1).normal(0, 1, (40, 30)) * scale).astype(np.float32)
    frame[3, 4], frame[5, 6] = 3e38, -3e38
    assert np.all(np.isfinite(RobustNormalizer()(frame)))


def test_robust_follows_its_formula():
    frame = np.random.default_rng(1).normal(50, 2, (300, 300))
    frame[:100] *= np.geomspace(1e-3, 1e6, 300)
    z = (frame - np.median(frame)) / noise_of(frame)
    for softening in (1.0, 30.0, 1000.0):
        expected = softening * np.arcsinh(z / softening) / 4
        normalised = RobustNormalizer(softening)(frame)
        np.testing.assert_allclose(normalised, expected, rtol=1e-5, atol=1e-7 * softening + 1e-5)


@pytest.mark.parametrize("name", ["linear", "clip", "robust"])
def test_statistics_of_a_large_frame_are_those_of_a_part_of_it(name):
    frame = np.random.default_rng(1).normal(8800, 19, (1100, 1000)).astype(np.float32)
    normalised = get_normalizer(name)(frame)
    np.testing.assert_allclose(
        normalised[:500], get_normalizer(name)(frame[:500]), atol=0.02, rtol=0.01
    )


@pytest.mark.parametrize(
    "normalizer",
    [*ALL, RobustNormalizer(500.0), ClipNormalizer(2, 98)],
    ids=str,
)
def test_a_normalisation_survives_json(normalizer):
    again = get_normalizer(json.loads(json.dumps(normalizer.to_dict())))
    assert again == normalizer
    assert type(again) is type(normalizer)
    np.testing.assert_array_equal(again(noisy_frame()), normalizer(noisy_frame()))


def test_a_model_saved_before_has_the_defaults():
    assert get_normalizer({"name": "robust", "softening": 50.0}) == RobustNormalizer(50.0)
    earlier = {"name": "robust", "softening": 50.0, "background": "frame", "box": 64}
    assert get_normalizer(earlier) == RobustNormalizer(50.0)
    assert earlier["background"] == "frame"


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
    ("choice", "message"),
    [
        ({"name": "linear", "low": 200}, "low 200"),
        ({"name": "linear", "low": "1"}, "'linear': low is '1', no number"),
        ({"name": "robust", "softening": 0}, "softening is 0; it must be above 0, and finite"),
        ({"name": "robust", "softening": np.inf}, "softening is inf"),
        ({"name": "robust", "softening": np.nan}, "softening is nan"),
        ({"name": "robust", "softening": True}, "'robust': softening is True, no number"),
        ({"name": "robust", "softening": None}, "'robust': softening is None, no number"),
        ({"name": "robust", "background": "local"}, "takes a local background, .* train the model"),
        ({"name": "robust", "background": "none"}, "'robust' has no parameter background"),
        ({"name": "robust", "box": 64}, "'robust' has no parameter box"),
    ],
)
def test_an_impossible_parameter_is_refused(choice, message):
    with refused(message):
        get_normalizer(choice)


def test_a_stretch_is_gamma_then_percentiles_then_eight_bits():
    from skimage import exposure

    frame = np.random.default_rng(0).integers(500, 30000, (64, 64)).astype(np.uint16)
    bright = exposure.adjust_gamma(frame, 1.1) / 65535
    low, high = np.percentile(bright, [2, 98])
    stretched = exposure.rescale_intensity(bright, (low, high), (0, 1))
    expected = np.floor(255 * stretched) / 127.5 - 1
    found = get_normalizer("stretch")(frame.astype(np.float32))
    np.testing.assert_allclose(found, expected, atol=1.01 / 127.5)
    assert np.mean(np.abs(found - expected) > 1e-5) < 0.02
    assert (found.min(), found.max()) == (-1, 1)


def test_an_even_image_is_not_stretched():
    found = get_normalizer("stretch")(np.full((8, 8), 65535 / 2, np.float32))
    np.testing.assert_allclose(found, np.floor(255 * 0.5**1.1) / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize("change", [{"gamma": 0.0}, {"highest": -1.0}, {"low": 99.0}])
def test_an_impossible_stretch_is_refused(change):
    with refused("gamma is|Percentiles low"):
        get_normalizer({"name": "stretch", **change})
