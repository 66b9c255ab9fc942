"""Choice of an operating point, and the sample of pixels that it is chosen on."""

import numpy as np
import pytest

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation import PixelSample, choose_operating_point, pixel_report
from ccdseg.evaluation.operating_point import DECIDED, REACH
from tests.evaluation.drawn import sharpened

TWO = ClassCatalogue({"sky": (0, 0, 0), "cosmic": (1, 1, 1)})
EQUAL = (1.0,) * 4


def sample_of(true, probabilities, classes=CLASSES, **options):
    sample = PixelSample(classes=classes, **options)
    sample.add(true, probabilities)
    return sample


def overrated(probabilities, factors):
    """Probabilities of a network that was trained with `factors` as weights of the classes."""
    weighted = probabilities * factors
    return weighted / weighted.sum(axis=-1, keepdims=True)


def predicted_by(probabilities, point):
    return (probabilities.astype(np.float32) / np.asarray(point)).argmax(axis=-1)


def mean_f1(report):
    return np.nanmean(report.f1)


@pytest.mark.parametrize("point", [EQUAL, (1.0, 0.3, 5.0, 2.0), (1.0, REACH, 1 / REACH, 1.0)])
def test_a_sample_scores_a_point_as_all_pixels_do(calibrated, point):
    true, probabilities = calibrated
    probabilities = sharpened(probabilities, 3)
    sample = sample_of(true, probabilities)
    assert 0.3 < len(sample) / true.size < 0.9
    assert len(sample) == (probabilities.max(axis=-1) < DECIDED).sum()
    expected = pixel_report(true, predicted_by(probabilities, point))
    np.testing.assert_array_equal(sample.report(point).confusion, expected.confusion)


def test_the_confusions_of_a_grid_are_those_of_each_of_its_values(calibrated):
    true, probabilities = calibrated
    sample = sample_of(true[:40], probabilities[:40], most=3000)
    grid = np.geomspace(0.05, 20, 7)
    point = np.array([1.0, 0.7, 2.2, 1.3])
    for index in range(4):
        found = sample.confusions(point, index, grid)
        for value, confusion in zip(grid, found, strict=True):
            changed = point.copy()
            changed[index] = value
            np.testing.assert_array_equal(confusion, sample.report(tuple(changed)).confusion)


def test_a_point_mends_a_network_that_overrates_classes(calibrated):
    true, probabilities = calibrated
    probabilities = overrated(probabilities, [1.0, 8.0, 1.0, 5.0])
    sample = sample_of(true, probabilities)
    point = choose_operating_point(sample)
    assert point[0] == 1
    assert (np.array(point)[[1, 3]] > 2).all()
    before = pixel_report(true, predicted_by(probabilities, EQUAL))
    after = pixel_report(true, predicted_by(probabilities, point))
    assert mean_f1(after) > mean_f1(before) + 0.03
    assert mean_f1(sample.report(point)) == pytest.approx(mean_f1(after))
    assert choose_operating_point(sample) == point


def test_the_value_of_one_class_is_the_best_of_all():
    rng = np.random.default_rng(6)
    cosmic = rng.beta(0.5, 3, 20_000)
    true = rng.random(cosmic.shape) < cosmic**1.5
    probabilities = np.stack([1 - cosmic, cosmic], -1)
    sample = sample_of(true.astype(int), probabilities, TWO)
    found = choose_operating_point(sample)
    possible = np.geomspace(1 / REACH, REACH, 400)
    best = max(mean_f1(sample.report((1.0, value))) for value in possible)
    assert mean_f1(sample.report(found)) == pytest.approx(best, abs=2e-3)
    assert mean_f1(sample.report((1.0, 1.0))) < best - 0.02


def test_point_stay_one_where_nothing_can_be_gained():
    true = np.array([0, 0, 1, 3, 3])
    probabilities = np.full((5, 4), 0.01)
    np.put_along_axis(probabilities, true[:, np.newaxis], 0.97, axis=1)
    assert choose_operating_point(sample_of(true, probabilities)) == EQUAL
    certain = np.eye(4)[true]
    assert choose_operating_point(sample_of(true, certain)) == EQUAL
    assert choose_operating_point(PixelSample()) == EQUAL


def test_memory_is_bounded_and_what_is_kept_stands_for_all(calibrated):
    true, probabilities = calibrated
    probabilities = overrated(probabilities, [1.0, 8.0, 1.0, 5.0])
    whole, small = PixelSample(), PixelSample(most=20_000)
    for rows in np.array_split(np.arange(len(true)), 13):
        for sample in (whole, small):
            sample.add(true[rows], probabilities[rows])
            assert len(sample) <= sample.most
    assert (whole.stride, small.stride) == (1, 16)
    assert len(small) == -(-len(whole) // 16)
    many, few = (sample.report(EQUAL) for sample in (whole, small))
    assert few.confusion.sum() == pytest.approx(true.size, abs=16)
    np.testing.assert_allclose(few.f1, many.f1, atol=0.03)
    gained = mean_f1(whole.report(choose_operating_point(small))) - mean_f1(many)
    assert (
        gained > 0.9 * (mean_f1(whole.report(choose_operating_point(whole))) - mean_f1(many)) > 0.02
    )


def test_a_sample_does_not_depend_on_how_frames_are_cut(calibrated):
    true, probabilities = calibrated
    at_once, one_by_one = PixelSample(most=5000), PixelSample(most=5000)
    at_once.add(true, probabilities)
    for row, values in zip(true, probabilities, strict=True):
        one_by_one.add(row, values)
    np.testing.assert_array_equal(at_once._probabilities, one_by_one._probabilities)
    assert at_once.stride == one_by_one.stride


def test_ignored_pixels_are_left_out(calibrated):
    true, probabilities = calibrated
    ignore = np.random.default_rng(7).random(true.shape) < 0.5
    sample = PixelSample()
    sample.add(true, probabilities, ignore=ignore)
    expected = pixel_report(true, predicted_by(probabilities, EQUAL), ignore=ignore)
    np.testing.assert_array_equal(sample.report(EQUAL).confusion, expected.confusion)
