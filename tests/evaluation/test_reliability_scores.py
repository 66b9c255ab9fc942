"""Whether probabilities are told apart that can and that cannot be taken at their word, and which
thresholds mend them.
"""  # noqa: D205

import json

import numpy as np
import pytest

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation import PixelSample, choose_operating_point, measure_reliability, pixel_report
from ccdseg.evaluation.operating_point import DECIDED, REACH
from ccdseg.evaluation.reliability_scores import RELIABILITY_EDGES
from tests.refusal import refused

TWO = ClassCatalogue({"sky": (0, 0, 0), "cosmic": (1, 1, 1)})
EQUAL = (1.0,) * 4


def draw_classes(probabilities, rng):
    """Draw a class of each pixel with the probabilities given."""
    below = probabilities.cumsum(axis=-1) < rng.random((*probabilities.shape[:-1], 1))
    return below.sum(axis=-1).clip(max=probabilities.shape[-1] - 1)


def sharpened(probabilities, power):
    """The same probabilities, surer of themselves by a `power` above 1."""
    raised = probabilities**power
    return raised / raised.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def calibrated():
    """True classes of 200,000 pixels, mostly background, and the probabilities they come from."""
    rng = np.random.default_rng(5)
    probabilities = rng.dirichlet([2.0, 0.4, 0.2, 0.3], (500, 400))
    return draw_classes(probabilities, rng), probabilities


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


def sample_of(true, probabilities, classes=CLASSES, **options):
    sample = PixelSample(classes=classes, **options)
    sample.add(true, probabilities)
    return sample


def overrated(probabilities, factors):
    """Probabilities of a network that was trained with `factors` as weights of the classes."""
    weighted = probabilities * factors
    return weighted / weighted.sum(axis=-1, keepdims=True)


def predicted_by(probabilities, thresholds):
    return (probabilities.astype(np.float32) / np.asarray(thresholds)).argmax(axis=-1)


def mean_f1(report):
    return np.nanmean(report.f1)


@pytest.mark.parametrize("thresholds", [EQUAL, (1.0, 0.3, 5.0, 2.0), (1.0, REACH, 1 / REACH, 1.0)])
def test_a_sample_scores_thresholds_as_all_pixels_do(calibrated, thresholds):
    true, probabilities = calibrated
    probabilities = sharpened(probabilities, 3)
    sample = sample_of(true, probabilities)
    assert 0.3 < len(sample) / true.size < 0.9
    assert len(sample) == (probabilities.max(axis=-1) < DECIDED).sum()
    expected = pixel_report(true, predicted_by(probabilities, thresholds))
    np.testing.assert_array_equal(sample.report(thresholds).confusion, expected.confusion)


def test_the_confusions_of_a_grid_are_those_of_each_of_its_values(calibrated):
    true, probabilities = calibrated
    sample = sample_of(true[:40], probabilities[:40], most=3000)
    grid = np.geomspace(0.05, 20, 7)
    thresholds = np.array([1.0, 0.7, 2.2, 1.3])
    for index in range(4):
        found = sample.confusions(thresholds, index, grid)
        for value, confusion in zip(grid, found, strict=True):
            changed = thresholds.copy()
            changed[index] = value
            np.testing.assert_array_equal(confusion, sample.report(tuple(changed)).confusion)


def test_thresholds_mend_a_network_that_overrates_classes(calibrated):
    true, probabilities = calibrated
    probabilities = overrated(probabilities, [1.0, 8.0, 1.0, 5.0])
    sample = sample_of(true, probabilities)
    thresholds = choose_operating_point(sample)
    assert thresholds[0] == 1
    assert (np.array(thresholds)[[1, 3]] > 2).all()
    before = pixel_report(true, predicted_by(probabilities, EQUAL))
    after = pixel_report(true, predicted_by(probabilities, thresholds))
    assert mean_f1(after) > mean_f1(before) + 0.03
    assert mean_f1(sample.report(thresholds)) == pytest.approx(mean_f1(after))
    assert choose_operating_point(sample) == thresholds


def test_the_threshold_of_one_class_is_the_best_of_all():
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


def test_thresholds_stay_one_where_nothing_can_be_gained():
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
