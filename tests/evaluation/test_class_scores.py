"""Scores of one class image by image, where there is something to score and where there is not."""

import math

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable
from sklearn import metrics

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.evaluation import (
    IMAGE_SCORES,
    ImageRow,
    ImageScores,
    ImageTable,
    score_image,
    scored_class,
)
from tests.refusal import refused

EMPTY = np.zeros((6, 8), np.uint8)


def masked(*places):
    mask = EMPTY.copy()
    for place in places:
        mask[place] = 1
    return mask


def test_the_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    true, predicted = (rng.integers(0, 4, (40, 50)) for _ in range(2))
    found = score_image(true, predicted)
    pair = (true == 3).ravel(), (predicted == 3).ravel()
    assert found.iou == pytest.approx(metrics.jaccard_score(*pair))
    assert found.f1 == found.dice == pytest.approx(metrics.f1_score(*pair))
    assert found.precision == pytest.approx(metrics.precision_score(*pair))
    assert found.recall == pytest.approx(metrics.recall_score(*pair))
    assert found.specificity == pytest.approx(metrics.recall_score(*pair, pos_label=False))
    assert found.accuracy == pytest.approx(metrics.accuracy_score(*pair))
    assert score_image(true, predicted, of="hot pixel") != found


@pytest.mark.parametrize(
    ("true", "predicted", "expected", "ratio"),
    [
        (masked(), masked(), dict.fromkeys(["iou", "dice", "f1", "precision", "recall"], 1), 1),
        (masked((2, 2)), masked(), dict.fromkeys(["iou", "f1", "precision", "recall"], 0), 0),
        (masked(), masked((2, 2)), dict.fromkeys(["iou", "f1", "precision", "recall"], 0), None),
        (masked((2, 2)), masked((4, 4)), dict.fromkeys(["iou", "precision", "recall"], 0), 1),
        (EMPTY + 1, EMPTY + 1, dict.fromkeys(["iou", "specificity", "accuracy"], 1), 1),
    ],
)
def test_images_without_any_have_defined_scores(true, predicted, expected, ratio):
    found = score_image(true, predicted, classes=COSMICS)
    for name in IMAGE_SCORES:
        value = getattr(found, name)
        assert math.isfinite(value) or name == "count_ratio"
    assert {name: getattr(found, name) for name in expected} == expected
    assert math.isnan(found.count_ratio) if ratio is None else found.count_ratio == ratio


def test_objects_hang_together_across_corners_and_count_where_a_pixel_is_not_ignored():
    true = masked((0, 0), (1, 1), (3, 6), (5, 3))
    predicted = masked((0, 0), (1, 1), (5, 3))
    found = score_image(true, predicted, classes=COSMICS)
    assert (found.n_predicted, found.n_true, found.count_ratio) == (2, 3, 2 / 3)
    ignore = masked((1, 1), (3, 6)).astype(bool)
    unambiguous = score_image(true, predicted, classes=COSMICS, ignore=ignore)
    assert (unambiguous.n_predicted, unambiguous.n_true, unambiguous.f1) == (2, 2, 1)
    assert (unambiguous.n_found, unambiguous.n_false) == (2, 0)
    assert (unambiguous.tp, unambiguous.tn) == (2, true.size - 4)


def test_objects_are_found_where_a_pixel_is_and_false_where_none_is():
    true = masked((0, 0), (0, 1), (3, 3), (5, 7))
    predicted = masked((0, 1), (2, 0), (3, 5), (5, 7))
    found = score_image(true, predicted, classes=COSMICS)
    assert (found.n_true, found.n_predicted, found.n_found, found.n_false) == (3, 4, 2, 2)
    assert found.object_recall == pytest.approx(2 / 3)
    assert found.false_per_megapixel == pytest.approx(2e6 / true.size)
    twice = found + found
    assert (twice.object_recall, twice.n_false) == (found.object_recall, 4)
    assert twice.false_per_megapixel == pytest.approx(found.false_per_megapixel)
    ambiguous = masked((2, 0), (2, 1)).astype(bool)
    assert score_image(true, predicted, classes=COSMICS, ignore=ambiguous).n_false == 1
    nothing = score_image(EMPTY, EMPTY, classes=COSMICS)
    assert math.isnan(nothing.object_recall)
    assert nothing.false_per_megapixel == 0


def test_the_class_is_that_of_particles_unless_named():
    assert scored_class(CLASSES).name == "cluster"
    assert scored_class(COSMICS).name == "cosmic"
    assert scored_class(CLASSES, "hot pixel").index == 2
    assert scored_class(ClassCatalogue(dict.fromkeys(["sky", "star"], (0, 0, 0)))).name == "star"
    with refused("Unknown class 'moon'"):
        score_image(EMPTY, EMPTY, of="moon")


@pytest.fixture
def table():
    """Two images with known pixels that cannot be decided, one without, by two methods."""
    table = ImageTable("cosmic")
    good, half = ImageScores(8, 0, 0, 92, 2, 2, 2, 0), ImageScores(4, 4, 4, 88, 2, 3, 1, 2)
    none = ImageScores(0, 5, 0, 95, 0, 1, 0, 1)
    table.add(ImageRow("xray", "a", "net", (10, 10), good, good))
    table.add(ImageRow("xray", "b", "net", (10, 10), half, good))
    table.add(ImageRow("xray", "c", "net", (4, 25), none, good))
    table.add(ImageRow("xray", "a", "baseline", (10, 10), half))
    return table


def test_the_table_has_a_row_per_image_and_method_and_survives_a_file(table, tmp_path):
    table.to_table().write(tmp_path / "a.ecsv")
    rows = QTable.read(tmp_path / "a.ecsv")
    assert rows.meta["class"] == "cosmic"
    assert list(rows["image"]) == ["a", "b", "c", "a"]
    assert list(rows["method"]) == ["net"] * 3 + ["baseline"]
    assert rows["rows"].value.tolist() == [10, 10, 4, 10]
    np.testing.assert_allclose(rows["iou"], [1, 1 / 3, 0, 1 / 3])
    np.testing.assert_array_equal(rows["unambiguous_iou"], [1, 1, 1, np.nan])
    np.testing.assert_array_equal(rows["count_ratio"], [1, 1.5, np.nan, 1.5])


def test_unambiguous_columns_are_left_out_where_nothing_is_known_of_them():
    table = ImageTable("cosmic")
    table.add(ImageRow("mine", "a", "net", (10, 10), ImageScores(1, 0, 0, 99, 1, 1, 1, 0)))
    assert not [name for name in table.to_table().colnames if name.startswith("unambiguous")]


def test_the_summary_is_over_images_and_pools_their_pixels(table):
    rows = {(r["method"], r["pixels"], r["score"]): r for r in table.summary()}
    iou = rows["net", "all", "iou"]
    values = [1, 1 / 3, 0]
    assert iou["n_images"] == 3
    assert (iou["mean"], iou["median"]) == pytest.approx((np.mean(values), 1 / 3))
    assert iou["standard_deviation"] == pytest.approx(np.std(values))
    assert iou["pooled"] == pytest.approx(12 / 25)
    ratio = rows["net", "all", "count_ratio"]
    assert (ratio["n_images"], ratio["mean"], ratio["pooled"]) == (2, 1.25, 6 / 4)
    assert rows["net", "all", "n_predicted"]["pooled"] == 6
    assert rows["net", "unambiguous", "iou"]["mean"] == 1
    assert ("baseline", "unambiguous", "iou") not in rows
    text = table.to_text("xray")
    assert text.count("net, unambiguous") == text.count("baseline, all pixels") == 1
    assert "IoU                                 0.4444      0.4157      0.3333      0.4800" in text


def test_sets_are_pooled_by_method(table, tmp_path):
    table.by_set().write(tmp_path / "sets.ecsv")
    net, baseline = QTable.read(tmp_path / "sets.ecsv")
    assert (net["set"], net["method"], net["n_images"]) == ("xray", "net", 3)
    assert (net["n_true"], net["n_found"], net["n_false"]) == (6, 6, 0)
    assert (net["object_recall"], net["unambiguous_f1"]) == (1, 1)
    assert net["f1"] == pytest.approx(24 / 37)
    assert (baseline["n_found"], baseline["object_recall"]) == (1, 0.5)
    assert baseline["false_per_megapixel"].to_value(1 / u.pix) == pytest.approx(2 / 100)
    assert np.isnan(baseline["unambiguous_f1"])


def test_what_has_no_value_in_any_image_is_no_number():
    table = ImageTable("cosmic")
    table.add(ImageRow("mine", "a", "net", (10, 10), ImageScores(0, 5, 0, 95, 0, 1, 0, 1)))
    (row,) = (row for row in table.summary() if row["score"] == "count_ratio")
    assert row["n_images"] == 0
    assert all(math.isnan(row[name]) for name in ("mean", "standard_deviation", "pooled"))
    assert "–" in table.to_text("mine")
    with refused("No image was scored"):
        ImageTable("cosmic").summary()
