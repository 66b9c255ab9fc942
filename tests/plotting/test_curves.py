"""Learning curves, ROC and precision-recall curves, reliability diagrams."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from ccdseg import plotting
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation import RELIABILITY_EDGES, measure_reliability, operating_curve
from tests.plotting.figures import drawn_size, legend
from tests.plotting.test_image_scores import BASELINE, NET

HISTORY = {
    "loss": [2.0, 1.0, 0.5, 0.25],
    "val_loss": [2.5, 1.5, 0.75, 0.875],
    "accuracy": [0.5, 0.6, 0.7, 0.8],
    "val_accuracy": [0.4, 0.5, 0.625, 0.6],
}


@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_the_best_epoch_is_marked_on_every_curve(name):
    figure = plotting.show_history(HISTORY)
    axes = next(axes for axes in figure.axes if axes.get_ylabel() == name)
    assert axes.get_xlabel() == "epoch"
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    for label, key in {"training": name, "validation": f"val_{name}"}.items():
        assert lines[label] == [[i, value] for i, value in enumerate(HISTORY[key], start=1)]
    best = HISTORY[f"val_{name}"][2]
    assert lines[f"best epoch 3: {best}"] == [[3, best]]
    assert legend(axes.get_legend()) == ["training", "validation", f"best epoch 3: {best}"]


def test_the_curves_of_one_epoch_are_drawn(tmp_path):
    figure = plotting.show_history({name: values[:1] for name, values in HISTORY.items()})
    assert plotting.save_figure(figure, tmp_path / "a.png").stat().st_size > 0


def test_the_curves_have_their_areas_and_marks(tmp_path):
    rng = np.random.default_rng(1)
    true = rng.random(500) < 0.2
    curve = operating_curve(true, np.clip(0.4 * true + 0.5 * rng.random(500), 0, 1))
    figure = plotting.show_operating_curves(
        {"net": curve}, {"net": NET[0], "baseline": BASELINE[0]}
    )
    roc, precision = figure.axes
    assert roc.lines[0].get_label() == f"net: area {curve.roc_area:.5f}"
    assert precision.lines[0].get_label() == f"net: area {curve.average_precision:.4f}"
    np.testing.assert_array_equal(precision.lines[0].get_xdata(), curve.recall)
    for axes, place in ((roc, (1 / 91, 8 / 9)), (precision, (8 / 9, 8 / 9))):
        _, own, other = axes.lines
        np.testing.assert_allclose(own.get_xydata(), [place])
        assert own.get_color() == axes.lines[0].get_color() != other.get_color()
        assert [own.get_label(), other.get_label()] == ["net: mask", "baseline"]
    assert roc.get_xscale() == "log"
    assert min(drawn_size(figure, tmp_path / "a.png")) > 300


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
