"""Calibration of probabilities: well calibrated ones and others are told apart."""

import json

import numpy as np
import pytest

from ccdseg.classes import ClassCatalogue
from ccdseg.evaluation import RELIABILITY_EDGES, PixelSample, measure_reliability
from tests.evaluation.drawn import sharpened
from tests.refusal import refused

TWO = ClassCatalogue({"sky": (0, 0, 0), "cosmic": (1, 1, 1)})


def test_every_pixel_is_counted_in_one_bin_of_every_class(calibrated):
    true, probabilities = calibrated
    found = measure_reliability(true, probabilities)
    assert found.n_pixels.shape == (4, len(RELIABILITY_EDGES) - 1) == (4, 20)
    for index in range(4):
        predicted = probabilities[..., index]
        counts, _ = np.histogram(predicted, RELIABILITY_EDGES)
        np.testing.assert_array_equal(found.n_pixels[index], counts)
        hits, _ = np.histogram(predicted[true == index], RELIABILITY_EDGES)
        np.testing.assert_array_equal(found.n_true[index], hits)
        assert found.sum_predicted[index].sum() == pytest.approx(predicted.sum())
        filled = counts > 100
        inside = (
            np.diff([RELIABILITY_EDGES[:-1], found.predicted[index], RELIABILITY_EDGES[1:]], axis=0)
            >= 0
        )
        assert inside[:, filled].all()


def test_the_ends_of_the_scale_are_in_the_outer_bins():
    found = measure_reliability(np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]]), classes=TWO)
    assert found.n_pixels[:, [0, -1]].tolist() == [[1, 1], [1, 1]]
    assert found.n_true[:, [0, -1]].tolist() == [[0, 1], [0, 1]]
    np.testing.assert_array_equal(found.calibration_error, 0)
    np.testing.assert_array_equal(found.calibration_error_in_doubt, np.nan)


def test_calibrated_probabilities_have_no_error_and_overconfident_ones_have(calibrated):
    true, probabilities = calibrated
    right = measure_reliability(true, probabilities)
    assert right.calibration_error.max() < 0.005
    many = right.n_pixels > 1000
    np.testing.assert_allclose(right.observed[many], right.predicted[many], atol=0.05)
    sure = measure_reliability(true, sharpened(probabilities, 3))
    assert sure.calibration_error.min() > 0.02
    middle = np.s_[:, 13:16]
    assert (sure.observed[middle] < sure.predicted[middle] - 0.05).all()
    assert (sure.calibration_error_in_doubt > sure.calibration_error).all()


def test_the_error_is_the_mean_distance_between_observed_and_predicted():
    true = np.array([1, 0, 0, 0, 1, 1, 0, 0])
    cosmic = np.array([0.55, 0.55, 0.55, 0.55, 0.25, 0.25, 1e-4, 1e-4])
    found = measure_reliability(true, np.stack([1 - cosmic, cosmic], -1), classes=TWO)
    in_doubt = (4 * abs(1 / 4 - 0.55) + 2 * (1 - 0.25)) / 6
    whole = (6 * in_doubt + 2 * 1e-4) / 8
    np.testing.assert_allclose(found.calibration_error_in_doubt, in_doubt)
    np.testing.assert_allclose(found.calibration_error, whole)


def test_the_reliability_of_frames_adds_up(calibrated):
    true, probabilities = calibrated
    parts = [
        measure_reliability(true[rows], probabilities[rows]) for rows in (np.s_[:99], np.s_[99:])
    ]
    whole, added = measure_reliability(true, probabilities), parts[0] + parts[1]
    np.testing.assert_array_equal(added.n_pixels, whole.n_pixels)
    np.testing.assert_array_equal(added.n_true, whole.n_true)
    np.testing.assert_allclose(added.sum_predicted, whole.sum_predicted)
    other = measure_reliability(np.zeros(1, int), np.array([[1.0, 0.0]]), classes=TWO)
    with refused("cannot be added to scores of sky, cosmic"):
        _ = whole + other


def test_the_reliability_as_numbers_and_as_text():
    found = measure_reliability(np.array([0, 1]), np.array([[0.8, 0.2], [0.4, 0.6]]), classes=TWO)
    numbers = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert numbers["edges"] == RELIABILITY_EDGES.tolist()
    cosmic = numbers["classes"]["cosmic"]
    assert cosmic["calibration_error"] == pytest.approx(0.3)
    assert sum(cosmic["n_pixels"]) == 2
    assert [value for value in cosmic["observed"] if value is not None] == [0, 1]
    _, *rows = str(found).splitlines()
    assert rows[1].split() == ["cosmic", "0.30000", "0.30000", "2"]


@pytest.mark.parametrize(
    ("true", "shape", "message"),
    [
        (np.zeros((2, 3), int), (2, 3, 3), r"shape \(2, 3, 3\); .* need \(2, 3, 4\)"),
        (np.zeros((2, 3), int), (6, 4), r"shape \(6, 4\); .* need \(2, 3, 4\)"),
        (np.full((2, 3), 4), (2, 3, 4), "holds 4 to 4; .* from 0 to 3"),
        (np.full((2, 3), -1), (2, 3, 4), "holds -1 to -1; .* from 0 to 3"),
    ],
)
def test_what_does_not_fit_is_refused(true, shape, message):
    with refused(message):
        measure_reliability(true, np.full(shape, 0.25))
    with refused(message):
        PixelSample().add(true, np.full(shape, 0.25))
