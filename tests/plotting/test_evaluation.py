"""Figures of an evaluation: reliability and conditions."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from ccdseg import plotting
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation import (
    RELIABILITY_EDGES,
    ConditionTable,
    measure_reliability,
    pixel_report,
)
from tests.refusal import refused


def drawn_size(figure, path):
    with Image.open(plotting.save_figure(figure, path)) as picture:
        assert np.asarray(picture.convert("L")).std() > 10
        return picture.size


@pytest.fixture
def reliability():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet([3, 1, 0.5], (50, 40))
    padded = np.concatenate([probabilities, np.zeros((50, 40, 1))], axis=-1)
    return measure_reliability(rng.integers(0, 3, (50, 40)), padded)


def test_the_reliability_has_a_line_of_each_class_in_its_colour_and_the_diagonal(reliability):
    upper, lower = plotting.show_reliability(reliability).axes
    diagonal, *lines = upper.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert to_rgb(lines[0].get_color()) == (0.5, 0.5, 0.5)
    for row, line, steps in zip(CLASSES, lines, lower.patches, strict=True):
        held = reliability.n_pixels[row.index] > 0
        points = reliability.predicted[row.index], reliability.observed[row.index]
        np.testing.assert_array_equal(line.get_xydata(), np.transpose(points)[held])
        assert row.index == 0 or to_rgb(line.get_color()) == row.colour
        np.testing.assert_array_equal(steps.get_data().values, reliability.n_pixels[row.index])
        np.testing.assert_array_equal(steps.get_data().edges, RELIABILITY_EDGES)
    assert lower.get_yscale() == "log"


def test_the_reliability_is_labelled_and_its_legend_holds_the_errors(reliability, tmp_path):
    figure = plotting.show_reliability(reliability, title="mine")
    upper, lower = figure.axes
    assert lower.get_xlabel() == "predicted probability"
    assert upper.get_ylabel() == "observed frequency"
    assert lower.get_ylabel() == "pixels per bin"
    assert figure.get_suptitle() == "mine"
    (legend,) = figure.legends
    assert legend.get_title().get_text() == "expected calibration error"
    texts = [text.get_text() for text in legend.get_texts()]
    all_pixels = reliability.calibration_error
    in_doubt = reliability.calibration_error_in_doubt
    assert texts[1] == f"background: {all_pixels[0]:.2g}, in doubt {in_doubt[0]:.2g}"
    assert texts[4] == "cluster: 0, in doubt –"
    width, height = drawn_size(figure, tmp_path / "a.png")
    assert width > height


def test_the_classes_of_a_reliability_can_be_named_otherwise(reliability):
    names = ClassCatalogue(dict.fromkeys("abcd", (0.2, 0.4, 0.6)))
    figure = plotting.show_reliability(reliability, classes=names)
    assert [text.get_text()[0] for text in figure.legends[0].get_texts()[1:]] == list("abcd")
    assert to_rgb(figure.axes[0].lines[-1].get_color()) == (0.2, 0.4, 0.6)


@pytest.fixture
def table():
    table = ConditionTable()
    true = np.array([0, 0, 0, 1, 3, 3])
    strict = pixel_report(true, np.array([0, 0, 0, 1, 0, 3]))
    unambiguous = pixel_report(true, true, ignore=true == 1)
    table.add(strict, unambiguous, conditions={"noise": 0.5, "glow": "edge"})
    table.add(strict, unambiguous, conditions={"noise": 5.0, "glow": "edge"})
    return table


def test_the_conditions_show_scores_frames_and_pixels(table, tmp_path):
    figure = plotting.show_conditions(table, title="mine")
    axes, bar = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == list(CLASSES.names)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "all frames (2)",
        "noise < 1 e⁻ (1)",
        "noise 1–10 e⁻ (1)",
        "glow edge (2)",
    ]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("class", "condition (frames)")
    assert bar.get_ylabel() == "unambiguous F1"
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(cells) == 16
    assert cells[3, 0] == "1.000\n4 px"
    assert cells[3, 1] == "1.000\n2 px"
    assert cells[1, 0] == cells[2, 3] == "–\n0 px"
    assert min(drawn_size(figure, tmp_path / "a.png")) > 300


def test_another_score_of_the_conditions_can_be_shown(table):
    axes, bar = plotting.show_conditions(table, score="f1").axes
    assert bar.get_ylabel() == "F1"
    np.testing.assert_allclose(axes.get_images()[0].get_array()[:, 3], 2 / 3)
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells[3, 1] == "0.667\n2 px"
    with refused("Unknown score 'iou'"):
        plotting.show_conditions(table, score="iou")
