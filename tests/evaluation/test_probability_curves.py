"""ROC and precision-recall curves added up image by image, beside those of scikit-learn."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn import metrics

from ccdseg.evaluation import operating_curve
from tests.refusal import refused


@pytest.fixture(scope="module")
def images():
    """Five images, 1 % of their pixels true, with probabilities from 1e-8 to almost 1."""
    rng = np.random.default_rng(4)
    true = rng.random((5, 60, 70)) < 0.01
    scores = rng.normal(-9, 2.5, true.shape) + 8 * true
    return true, expit(scores).astype(np.float32)


@pytest.fixture(scope="module")
def curve(images):
    curves = [operating_curve(*image) for image in zip(*images, strict=True)]
    return sum(curves[1:], curves[0])


def test_the_areas_are_those_of_scikit_learn(images, curve):
    true, probability = (array.ravel() for array in images)
    assert curve.n_true.sum() == true.sum()
    assert curve.roc_area == pytest.approx(metrics.roc_auc_score(true, probability), abs=1e-4)
    expected = metrics.average_precision_score(true, probability)
    assert 0.3 < expected < 0.95
    assert curve.average_precision == pytest.approx(expected, abs=5e-3)


def test_the_curves_are_those_of_scikit_learn(images, curve):
    true, probability = (array.ravel() for array in images)
    false_rate, recall, _ = metrics.roc_curve(true, probability)
    places = np.geomspace(1e-3, 1, 30)
    np.testing.assert_allclose(
        np.interp(places, curve.false_positive_rate, curve.recall),
        np.interp(places, false_rate, recall),
        atol=0.01,
    )
    precision, recall, _ = metrics.precision_recall_curve(true, probability)
    places = np.linspace(0.1, 1, 30)
    found = np.interp(places, curve.recall, curve.precision)
    np.testing.assert_allclose(found, np.interp(places, recall[::-1], precision[::-1]), atol=0.05)


def test_pixels_can_be_left_out(images, curve):
    true, probability = images
    ignore = probability > 0.5
    found = operating_curve(true, probability, ignore=ignore)
    expected = metrics.average_precision_score(true[~ignore], probability[~ignore])
    assert found.average_precision == pytest.approx(expected, abs=5e-3)
    assert found.n_other.sum() < curve.n_other.sum()


def test_certain_probabilities_and_missing_classes_have_areas_or_none():
    certain = operating_curve(np.array([True, False, False]), np.array([1.0, 0.0, 0.0]))
    assert (certain.roc_area, certain.average_precision) == (1, 1)
    useless = operating_curve(np.array([True, False]), np.array([0.3, 0.3]))
    assert (useless.roc_area, useless.average_precision) == (0.5, 0.5)
    absent = operating_curve(np.array([False, False]), np.array([0.1, 0.9]))
    assert absent.to_dict() == {"roc_area": None, "average_precision": None}


def test_what_cannot_be_sorted_is_refused():
    with refused(r"differ in shape: \(2,\), \(3,\)"):
        operating_curve(np.zeros(2, bool), np.zeros(3))
    with refused("does not lie from 0 to 1"):
        operating_curve(np.zeros(2, bool), np.array([0.5, np.nan]))
