"""Scores of masks against those of scikit-learn."""

import json
import math

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    jaccard_score,
    log_loss,
    precision_recall_fscore_support,
)

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation import cross_entropy, pixel_report
from tests.refusal import refused


def random_masks(seed=1, shape=(3, 20, 30)):
    rng = np.random.default_rng(seed)
    true = rng.choice(4, shape, p=[0.8, 0.1, 0.03, 0.07]).astype(np.uint8)
    wrong = rng.integers(0, 4, shape, dtype=np.uint8)
    return true, np.where(rng.random(shape) < 0.3, wrong, true)


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_scikit_learn(seed):
    true, predicted = random_masks(seed)
    report = pixel_report(true, predicted)
    true, predicted = true.ravel(), predicted.ravel()
    precision, recall, f1, support = precision_recall_fscore_support(true, predicted)
    np.testing.assert_allclose(report.precision, precision)
    np.testing.assert_allclose(report.recall, recall)
    np.testing.assert_allclose(report.f1, f1)
    np.testing.assert_allclose(report.dice, f1_score(true, predicted, average=None))
    np.testing.assert_array_equal(report.support, support)
    np.testing.assert_allclose(report.iou, jaccard_score(true, predicted, average=None))
    np.testing.assert_array_equal(report.confusion, confusion_matrix(true, predicted))
    assert report.accuracy == pytest.approx(accuracy_score(true, predicted))


def test_a_perfect_prediction_scores_one():
    true, _ = random_masks()
    report = pixel_report(true, true)
    assert report.accuracy == 1
    for name in ("precision", "recall", "f1", "iou", "dice"):
        np.testing.assert_array_equal(getattr(report, name), np.ones(4))


def test_confusion_is_by_true_and_predicted_class():
    report = pixel_report(np.array([0, 0, 0, 3]), np.array([0, 3, 3, 2]))
    assert report.confusion.tolist() == [[1, 0, 0, 2], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]]
    np.testing.assert_array_equal(report.precision, [1, np.nan, 0, 0])
    np.testing.assert_array_equal(report.recall, [1 / 3, np.nan, np.nan, 0])
    np.testing.assert_array_equal(report.iou, [1 / 3, np.nan, 0, 0])
    np.testing.assert_array_equal(report.f1, [1 / 2, np.nan, 0, 0])


def test_a_score_that_does_not_exist_is_null_in_json():
    report = pixel_report(np.array([0, 0, 0, 3]), np.array([0, 3, 3, 2]))
    scores = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert scores["accuracy"] == 0.25
    assert list(scores["classes"]) == list(CLASSES.names)
    none = dict.fromkeys(("precision", "recall", "f1", "iou", "dice"))
    assert scores["classes"]["glowing"] == none | {"support": 0}
    assert scores["classes"]["hot pixel"]["recall"] is None
    assert scores["classes"]["hot pixel"]["precision"] == 0
    assert scores["classes"]["background"]["recall"] == pytest.approx(1 / 3)
    assert scores["classes"]["background"]["support"] == 3
    assert scores["confusion"] == report.confusion.tolist()


def test_ignored_pixels_do_not_count():
    true, predicted = random_masks()
    ignore = np.random.default_rng(2).random(true.shape) < 0.4
    report = pixel_report(true, predicted, ignore=ignore)
    np.testing.assert_array_equal(
        report.confusion, confusion_matrix(true[~ignore], predicted[~ignore])
    )
    assert report.confusion.sum() == (~ignore).sum()


def test_classes_give_the_number_and_the_names():
    classes = ClassCatalogue({"sky": (0, 0, 0), "cosmic": (1, 1, 1)})
    report = pixel_report(np.array([0, 1]), np.array([0, 0]), classes=classes)
    assert report.confusion.tolist() == [[1, 0], [1, 0]]
    assert list(report.to_dict()["classes"]) == ["sky", "cosmic"]


@pytest.mark.parametrize(
    ("true", "predicted", "ignore"),
    [
        (np.zeros((2, 3), int), np.zeros((3, 2), int), None),
        (np.zeros((2, 3), int), np.zeros((1, 2, 3), int), None),
        (np.zeros((2, 3), int), np.zeros((2, 3), int), np.zeros(3, bool)),
    ],
)
def test_different_shapes_are_refused(true, predicted, ignore):
    with refused(r"different shapes: \(2, 3\), "):
        pixel_report(true, predicted, ignore=ignore)


@pytest.mark.parametrize(
    ("true", "predicted"), [([4, 0], [0, 0]), ([0, 0], [0, 4]), ([], [])], ids=str
)
def test_what_is_no_class_is_refused(true, predicted):
    with refused("must hold class indices from 0 to 3"):
        pixel_report(np.array(true, dtype=int), np.array(predicted, dtype=int))


def test_the_report_as_text_has_a_row_for_every_class():
    report = pixel_report(np.array([0, 0, 0, 3]), np.array([0, 3, 3, 2]))
    head, *rows, accuracy = str(report).splitlines()
    assert head.split() == ["precision", "recall", "f1", "iou", "dice", "support"]
    assert [row[:12].strip() for row in rows] == list(CLASSES.names)
    assert rows[0].split()[1:] == ["1.0000", "0.3333", "0.5000", "0.3333", "0.5000", "3"]
    assert rows[1].split()[1:] == ["–", "–", "–", "–", "–", "0"]
    assert accuracy.split() == ["accuracy", "25.0000%"]
    assert len({len(row) for row in (head, *rows)}) == 1


def test_cross_entropy_is_the_log_loss_of_scikit_learn():
    rng = np.random.default_rng(1)
    true, _ = random_masks()
    probabilities = rng.dirichlet(np.ones(4), true.shape)
    expected = log_loss(true.ravel(), probabilities.reshape(-1, 4))
    assert cross_entropy(true, probabilities) == pytest.approx(expected)


def test_cross_entropy_of_an_impossible_class_is_finite():
    loss = cross_entropy(np.array([[0, 1]]), np.array([[[1.0, 0.0], [1.0, 0.0]]]))
    assert loss == pytest.approx(-math.log(1e-7) / 2)


def test_all_pixels_may_be_ignored():
    zeros = np.zeros((2, 2), int)
    report = pixel_report(zeros, zeros, ignore=np.ones((2, 2), bool))
    assert not report.confusion.any()
    assert report.to_dict()["accuracy"] is None


def test_a_negative_class_is_refused():
    with refused("class indices"):
        pixel_report(np.array([-1, 0]), np.array([0, 0]))


def test_the_sum_of_two_reports_is_the_report_of_both():
    first, second = random_masks(1), random_masks(2, (5, 7, 9))
    ignored = [np.random.default_rng(3).random(true.shape) < 0.2 for true, _ in (first, second)]
    parts = [
        pixel_report(*pair, ignore=ignore)
        for pair, ignore in zip((first, second), ignored, strict=True)
    ]
    joined = [np.concatenate([a.ravel(), b.ravel()]) for a, b in zip(first, second, strict=True)]
    whole = pixel_report(*joined, ignore=np.concatenate([part.ravel() for part in ignored]))
    np.testing.assert_array_equal((parts[0] + parts[1]).confusion, whole.confusion)
    assert (parts[0] + parts[1]).to_dict() == whole.to_dict()
    assert parts[0].confusion.sum() < whole.confusion.sum()


def test_reports_of_different_classes_are_not_added():
    classes = ClassCatalogue({"sky": (0, 0, 0), "cosmic": (1, 1, 1)})
    zeros = np.zeros((2, 2), int)
    with refused("classes sky, cosmic cannot be added to scores of background, glowing"):
        _ = pixel_report(zeros, zeros, classes=classes) + pixel_report(zeros, zeros)
