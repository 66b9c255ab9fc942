"""Masks: made, turned into arrays and pictures, counted and weighted."""

from bisect import bisect_right
from dataclasses import replace

import numpy as np
import pytest

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC
from ccdseg.mask import (
    IntensityBands,
    class_frequencies,
    class_weights,
    mask_from_bands,
    to_label,
    to_mask,
    to_monochrome,
    to_one_hot,
)
from tests.refusal import refused

LEVELS = {"glow": (1400.0, 1500.0), "hot": (2200.0, 2200.0)}
BANDS = IntensityBands.from_levels(DAMIC, **LEVELS)


def random_mask(shape=(3, 7, 5), seed=1):
    return np.random.default_rng(seed).integers(0, 4, shape, dtype=np.uint8)


def slow_class(value, bands):
    interval = 0 if np.isnan(value) else bisect_right(bands.edges, value)
    return bands.class_indices[interval]


def test_bands_follow_from_the_levels():
    margin = 3 * DAMIC.noise
    assert BANDS.edges == pytest.approx(
        [8800 + margin, 10200 - margin, 10300 + margin, 11000 - margin]
    )
    assert BANDS.class_indices == (0, 3, 1, 3, 2)


def test_levels_within_the_noise_leave_an_empty_interval_but_no_gap():
    bands = IntensityBands.from_levels(DAMIC, glow=(10.0, 100.0), hot=(50.0, 50.0))
    margin = 3 * DAMIC.noise
    assert bands.edges == pytest.approx(
        [8800 + margin, 8800 + margin, 8900 + margin, 8900 + margin]
    )
    values = np.array([8800.0, 8870.0, 9000.0])
    assert mask_from_bands(values, bands).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "bands",
    [
        BANDS,
        IntensityBands((0.0,), (3, 1)),
        IntensityBands((), (2,)),
        IntensityBands((5, 5), (0, 1, 2)),
    ],
    ids=lambda bands: str(bands.class_indices),
)
def test_every_value_gets_a_class_as_in_a_loop(bands):
    rng = np.random.default_rng(1)
    values = np.concatenate(
        [rng.uniform(-100, 12_000, 300), bands.edges, [np.nan, np.inf, -np.inf, 0, 65535]]
    )
    just_below = np.nextafter(bands.edges, -np.inf)
    values = np.concatenate([values, just_below]).reshape(1, -1, 1)
    mask = mask_from_bands(values, bands)
    expected = [slow_class(value, bands) for value in values.ravel()]
    assert mask.dtype == np.uint8
    assert mask.shape == values.shape
    assert mask.ravel().tolist() == expected


def test_integers_are_labelled_as_floats_are():
    values = np.arange(8000, 12_000, 7)
    np.testing.assert_array_equal(
        mask_from_bands(values.astype(np.uint16), BANDS),
        mask_from_bands(values.astype(float), BANDS),
    )


@pytest.mark.parametrize(
    ("edges", "indices"), [((1.0, 2.0), (0, 1)), ((1.0,), (0, 1, 2)), ((2.0, 1.0), (0, 1, 2))]
)
def test_edges_ascend_and_have_one_class_more(edges, indices):
    with refused(f"{len(edges)} edges and {len(indices)} classes"):
        IntensityBands(edges, indices)


def test_monochrome_is_the_mean_of_the_channels():
    images = np.random.default_rng(1).random((2, 4, 5, 3))
    grey = to_monochrome(images)
    assert grey.shape == (2, 4, 5, 1)
    np.testing.assert_allclose(grey[..., 0], images.sum(axis=3) / 3)
    assert to_monochrome(images[..., 0]).shape == (2, 4, 5)
    np.testing.assert_array_equal(to_monochrome(images[..., 0]), images[..., 0])


@pytest.mark.parametrize("shape", [(4, 5), (2, 4, 5), (1, 1)])
def test_one_hot_has_a_one_at_the_class(shape):
    mask = random_mask(shape)
    one_hot = to_one_hot(mask, 4)
    assert one_hot.dtype == np.float32
    assert one_hot.shape == (*shape, 4)
    for index in range(4):
        np.testing.assert_array_equal(one_hot[..., index], mask == index)


def test_a_mask_survives_one_hot():
    mask = random_mask()
    again = to_mask(to_one_hot(mask, 4))
    assert again.dtype == np.uint8
    np.testing.assert_array_equal(again, mask)


def test_the_class_is_that_of_the_highest_probability():
    assert to_mask(np.array([[[0.1, 0.2, 0.3, 0.4], [0.5, 0.4, 0.1, 0.0]]])).tolist() == [[3, 0]]


@pytest.mark.parametrize("shape", [(4, 5), (2, 4, 5)])
def test_a_label_shows_the_colours_of_the_classes(shape):
    mask = random_mask(shape)
    label = to_label(mask)
    assert label.dtype == np.float32
    assert label.shape == (*shape, 3)
    for row in CLASSES:
        np.testing.assert_array_equal(
            label[mask == row.index],
            np.broadcast_to(np.float32(row.colour), ((mask == row.index).sum(), 3)),
        )


@pytest.mark.parametrize("name", ["cluster", "Hot_Pixels", "glowing", "background"])
def test_a_label_of_one_class_shows_that_class_alone(name):
    mask = random_mask()
    index = CLASSES[name].index
    np.testing.assert_array_equal(
        to_label(mask, only=name), to_label(np.where(mask == index, mask, 0))
    )


def test_a_label_of_an_unknown_class_is_refused():
    with refused("Unknown class 'dog'"):
        to_label(random_mask(), only="dog")


def test_frequencies_are_shares_and_keep_absent_classes():
    frequencies = class_frequencies(np.array([[0, 0, 0, 3], [0, 1, 0, 0]], dtype=np.uint8), 4)
    assert frequencies.tolist() == [0.75, 0.125, 0, 0.125]
    assert class_frequencies(random_mask(), 4).sum() == pytest.approx(1)


def test_weights_are_inverse_frequencies_that_sum_to_the_number_of_classes():
    mask = random_mask((50, 50))
    weights = class_weights(mask, 4)
    frequencies = class_frequencies(mask, 4)
    assert weights.sum() == pytest.approx(4)
    np.testing.assert_allclose(weights * frequencies, weights[0] * frequencies[0])


def test_a_rare_class_keeps_its_weight():
    mask = np.zeros((1000, 1000), dtype=np.uint8)
    mask[0, 0] = 1
    weights = class_weights(mask, 2)
    assert weights[1] / weights[0] == pytest.approx(999_999)
    assert weights[0] > 0


def test_an_absent_class_weighs_as_the_rarest_present_one():
    mask = np.repeat(np.uint8([0, 0, 0, 2]), 10).reshape(4, 10)
    weights = class_weights(mask, 4)
    np.testing.assert_allclose(weights, np.array([1, 3, 3, 3]) * 4 / 10)


def test_weights_of_one_class_alone_are_equal():
    np.testing.assert_allclose(class_weights(np.zeros((3, 3), dtype=np.uint8), 4), np.ones(4))


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.array([[0, 4]], dtype=np.uint8), "classes 0 to 4; there are 4, 0 to 3"),
        (np.array([[-1, 3]]), "classes -1 to 3; there are 4"),
        (np.array([[0.0, 1.0]]), "class indices .integers.; got float64"),
        (np.array([[True]]), "got bool"),
        (np.zeros((0, 3), dtype=np.uint8), r"got uint8 of shape \(0, 3\)"),
    ],
    ids=["too high", "negative", "float", "bool", "empty"],
)
def test_what_is_no_mask_is_refused(mask, message):
    for use in (to_one_hot, class_frequencies, class_weights):
        with refused(message):
            use(mask, 4)
    with refused(message):
        to_label(mask)


def test_bands_scale_with_the_number_of_deviations():
    narrow = IntensityBands.from_levels(DAMIC, **LEVELS, n_sigma=1)
    quiet = IntensityBands.from_levels(replace(DAMIC, read_noise=20.0), **LEVELS)
    assert narrow.edges == pytest.approx(quiet.edges)
    assert narrow.edges[0] < BANDS.edges[0]
