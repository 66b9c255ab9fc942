"""Confusion matrices and scores by condition."""

import numpy as np
import pytest

from ccdseg import plotting
from ccdseg.classes import CLASSES
from ccdseg.evaluation import ConditionTable, particle_report, pixel_report
from tests.plotting.figures import drawn_size, texts
from tests.refusal import refused


def test_the_confusion_matrix_holds_pixels_and_shares():
    true = np.repeat([0, 0, 1, 3], [6000, 2000, 1000, 500])
    predicted = np.repeat([0, 3, 1, 3], [6000, 2000, 1000, 500])
    axes = plotting.show_confusion(pixel_report(true, predicted)).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(cells) == 16
    assert cells[0, 0] == "6,000\n75.00%"
    assert cells[3, 0] == "2,000\n25.00%"
    assert cells[0, 3] == "0\n0.00%"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert [label.get_text() for label in axes.get_xticklabels()] == list(CLASSES.names)


def test_confusions_get_a_panel_each():
    true = np.array(["muon", "muon", "alpha"])
    found = np.array(["muon", "electron", "alpha"])
    report = particle_report(true, found)
    figure = plotting.show_identification({"all": report, "above 20 keV": report})
    assert [axes.get_title() for axes in figure.axes] == ["all", "above 20 keV"]
    counts = np.array([int(text) for text in texts(figure.axes[0])]).reshape(4, 5)
    np.testing.assert_array_equal(counts, report.confusion[:-1])


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
