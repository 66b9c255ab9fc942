"""Scores of a class at other operating points."""

import json

import numpy as np
import pytest

from ccdseg.classes import COSMICS
from ccdseg.evaluation import (
    THRESHOLDS,
    ThresholdScores,
    scores_at,
    threshold_of,
    with_threshold,
)
from tests.refusal import refused


def probabilities(cosmic):
    return np.stack([1 - cosmic, cosmic], axis=-1).astype(np.float32)


@pytest.fixture
def scores():
    """One frame with a bright and a faint true cosmic, a false one, and an ambiguous pixel."""
    true = np.zeros((10, 10), np.uint8)
    cosmic = np.full((10, 10), 0.001)
    true[1, 1:3] = 1
    cosmic[1, 1:3] = 0.97, 0.6
    true[5, 5] = 1
    cosmic[5, 5] = 0.35
    cosmic[8, 2] = 0.65
    cosmic[8, 8] = 0.97
    ignore = np.zeros(true.shape, bool)
    ignore[8, 8] = True
    result = ThresholdScores((1.0, 1.0), classes=COSMICS)
    result.add(true, probabilities(cosmic), ignore=ignore)
    result.add(np.zeros((10, 10), np.uint8), probabilities(np.zeros((10, 10))))
    return result


def test_each_threshold_has_the_scores_of_its_mask(scores):
    rows = {float(row["threshold"]): row for row in scores.to_table()}
    assert tuple(rows) == THRESHOLDS
    assert (rows[0.3]["recall"], rows[0.3]["efficiency"]) == (1, 1)
    assert rows[0.5]["recall"] == pytest.approx(2 / 3)
    assert rows[0.5]["efficiency"] == 0.5
    assert rows[0.5]["precision"] == pytest.approx(2 / 3)
    assert rows[0.5]["false_rate"].value == pytest.approx(1e6 / 199)
    assert (rows[0.7]["false_rate"].value, rows[0.7]["efficiency"]) == (0, 0.5)
    assert rows[0.98]["efficiency"] == 0


def test_between_thresholds_scores_are_interpolated_and_kept_beyond(scores):
    table = json.loads(json.dumps(scores.to_dict()))
    assert scores_at(table, 0.5)["efficiency"] == 0.5
    assert 0 < scores_at(table, 0.65)["false_rate"] < 1e6 / 199
    assert scores_at(table, 1e-6) == scores_at(table, THRESHOLDS[0])
    for damaged in ({}, {"rows": []}, {"rows": [{"recall": 1}]}, []):
        with refused("The table of thresholds is damaged"):
            scores_at(damaged, 0.5)


def test_a_threshold_is_the_probability_against_the_background():
    point = with_threshold((2.0, 1.0, 3.0), 2, 0.9)
    assert point == pytest.approx((2.0, 1.0, 18.0))
    assert threshold_of(point, 2) == pytest.approx(0.9)
