"""Scores of images: box plots and counts."""

import numpy as np
import pytest

from ccdseg import plotting
from ccdseg.evaluation import IMAGE_SCORES, ImageRow, ImageScores, ImageTable
from tests.plotting.figures import drawn_size

NET = [
    ImageScores(8, 1, 1, 90, 3, 3, 3, 0),
    ImageScores(5, 0, 5, 90, 4, 2, 2, 0),
    ImageScores(0, 1, 0, 99, 0, 1, 0, 1),
]


BASELINE = [ImageScores(2, 4, 6, 88, 4, 6, 2, 4), ImageScores(0, 0, 0, 100, 0, 0, 0, 0)]


def medians(axes):
    """Places and values of the medians of all boxes of an axes."""
    lines = [
        line for line in axes.lines if line.get_color() == "black" and len(line.get_xdata()) == 2
    ]
    return [(line.get_xdata().mean(), line.get_ydata()[0]) for line in lines]


def test_all_scores_have_a_box_for_each_method(tmp_path):
    figure = plotting.show_score_boxes({"net": NET, "baseline": BASELINE}, title="mine")
    left, right = figure.axes
    labels = [label.get_text() for axes in (left, right) for label in axes.get_xticklabels()]
    assert labels == list(IMAGE_SCORES.values())
    assert [len(axes.patches) for axes in (left, right)] == [14, 2]
    found = [value for place, value in medians(left) if abs(place + 0.2) < 1e-9]
    assert np.median([one.iou for one in NET]) in found
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["net", "baseline"]
    assert figure.get_suptitle() == "mine"
    assert min(drawn_size(figure, tmp_path / "a.png")) > 300


@pytest.mark.parametrize("name", IMAGE_SCORES)
def test_one_score_shows_the_images_and_their_mean(name, tmp_path):
    figure = plotting.show_score_box({"net": NET, "baseline": BASELINE}, name, title="mine")
    (axes,) = figure.axes
    values = [value for one in NET if np.isfinite(value := getattr(one, name))]
    title = axes.get_title().splitlines()
    assert title[0] == "mine"
    mean = f"net: {np.mean(values):.4f} ± {np.std(values):.4f}, {len(values)} of 3 images"
    assert title[1] == mean
    points = [line.get_ydata() for line in axes.lines if line.get_markersize() == 3]
    assert any(np.array_equal(drawn, values) for drawn in points)
    assert axes.get_ylabel() == IMAGE_SCORES[name]
    assert min(drawn_size(figure, tmp_path / "a.png")) > 300


def test_a_score_that_no_image_has_is_no_mistake():
    figure = plotting.show_score_box({"net": NET[2:]}, "count_ratio")
    assert figure.axes[0].get_title() == "net: –, 0 of 1 images"
    assert len(plotting.show_score_boxes({"net": NET[2:]}).axes) == 2


def test_the_counts_are_beside_the_diagonal(tmp_path):
    figure = plotting.show_counts({"net": NET, "baseline": BASELINE})
    (axes,) = figure.axes
    net, _, diagonal = axes.lines
    np.testing.assert_array_equal(net.get_xydata(), [(3, 3), (4, 2), (0, 1)])
    np.testing.assert_array_equal(diagonal.get_xydata(), [(0, 0), (6, 6)])
    assert net.get_label() == "net: 6 of 7"
    assert min(drawn_size(figure, tmp_path / "a.png")) > 300


def test_sets_have_a_bar_per_method_and_score():
    table = ImageTable("cosmic")
    for name, method, scores in (
        ("stars", "net", NET),
        ("dark", "net", NET),
        ("dark", "b", BASELINE),
    ):
        for number, one in enumerate(scores):
            table.add(ImageRow(name, str(number), method, (10, 10), one, one))
    figure = plotting.show_sets(table.by_set(), title="mine")
    recall, false, f1 = figure.axes
    assert [text.get_text() for text in recall.get_yticklabels()] == ["stars", "dark"]
    rows = table.by_set()
    for axes, name in ((recall, "object_recall"), (false, "false_per_megapixel"), (f1, "f1")):
        drawn = sorted(bar.get_width() for bar in axes.patches)
        np.testing.assert_allclose(drawn, sorted(np.asarray(rows[name])))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["net", "b"]
    assert figure.get_suptitle() == "mine"
