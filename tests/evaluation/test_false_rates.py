"""False clusters on empty frames, and the threshold for a false rate."""

import json

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import expit, logit

from ccdseg.classes import COSMICS
from ccdseg.evaluation import FalseRates, measure_false_rates, with_threshold
from ccdseg.evaluation.false_rates import GAIN, count_clusters
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.normalization import noise_of
from tests.refusal import refused

POINT = (1.0, 1.3)


def by_brightness(image):
    """Probability of a cosmic that grows with the height (σ) of a pixel above the median."""
    cosmic = expit(2 * (image - np.median(image)) / noise_of(image) - 6)
    return np.stack([1 - cosmic, cosmic], axis=-1)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    return measure_false_rates(
        by_brightness, POINT, classes=COSMICS, n_frames=3, shape=(96, 96), rng=rng
    )


def test_clusters_at_a_threshold_are_those_of_its_mask(table):
    rng = np.random.default_rng(4)
    probabilities = rng.dirichlet((1, 1), (40, 40)).astype(np.float32)
    counts = count_clusters(probabilities, POINT, index=1)
    for threshold, count in zip(table.thresholds, counts, strict=True):
        mask = np.argmax(probabilities / with_threshold(POINT, 1, threshold), axis=-1)
        assert count == ndimage.label(mask, EIGHT_CONNECTED)[1]


@pytest.mark.parametrize("noise", [0.2, 0.5, 1.6])
def test_other_frames_have_the_rate_asked_for(table, noise):
    rng = np.random.default_rng(5)
    asked = 40 / table.megapixels
    threshold, expected = table.threshold_for(asked, noise)
    assert expected == asked
    counts = []
    for _ in range(30):
        charge = rng.poisson(0.001, (96, 96)) + rng.normal(0, noise, (96, 96))
        height = logit(by_brightness((GAIN * charge).astype(np.float32))[..., 1])
        counts.append(ndimage.label(height > logit(threshold), EIGHT_CONNECTED)[1])
    rate = np.mean(counts) / (96 * 96 / 1e6)
    assert 0.6 * asked < rate < 1.6 * asked


def test_fewer_false_ones_and_unknown_noise_need_higher_thresholds(table):
    asked = np.array([10, 40, 100]) / table.megapixels
    few, some, many = (table.threshold_for(rate, 0.5).threshold for rate in asked)
    assert few > some > many
    worst = max(table.threshold_for(asked[1], noise).threshold for noise in table.noise)
    assert table.threshold_for(asked[1], None).threshold == worst
    between = table.threshold_for(asked[1], 0.3).threshold
    assert table.threshold_for(asked[1], 0.2).threshold > between > some
    assert table.threshold_for(1e-9, 0.5) == table.threshold_for(table.least_rate, 0.5)


def test_a_table_is_kept_as_numbers(table):
    record = json.loads(json.dumps(table.to_dict()))
    again = FalseRates.from_dict(record)
    assert again.of == "cosmic"
    np.testing.assert_array_equal(again.counts, table.counts)
    assert again.threshold_for(500, 0.3) == pytest.approx(table.threshold_for(500, 0.3), rel=1e-3)
    assert len(str(again).splitlines()) == 2 + len(table.noise)
    for damaged in ({}, [], record | {"thresholds": [0.5]}, record | {"rows": []}):
        with refused("The table of false rates is damaged"):
            FalseRates.from_dict(damaged)
