"""Scores of events by energy."""

import numpy as np

from ccdseg import plotting
from ccdseg.detector import DAMIC_M
from ccdseg.evaluation import DetectionCurve, match_events
from ccdseg.events import find_events


def test_scores_of_events_are_drawn_by_energy(scene):
    events = find_events(*scene, detector=DAMIC_M)
    figure = plotting.show_match(match_events(events, events), [0.1, 1, 10, 100])
    found, bias, resolution, residual = figure.axes
    values = [patch.get_data().values for patch in found.patches]
    assert all(np.nanmin(value) == np.nanmax(value) == 1 for value in values)
    for axes, unit in ((bias, "%"), (resolution, "%"), (residual, "px")):
        assert unit in axes.get_ylabel()


def test_detection_curves_get_a_panel_each():
    energy = np.geomspace(0.01, 1, 5)
    curves = [
        DetectionCurve(spread, 1.6, dark, energy, energy, energy**0.5, 0.2, 4)
        for spread, dark in ((0.4, 0.0), (0.7, 0.0), (1.0, 0.01), (1.3, 0.0))
    ]
    figure = plotting.show_detection(curves)
    assert len(figure.axes) == 4
    assert figure.axes[1].get_title() == "σ = 0.7 px, noise 1.6 e⁻"
    assert figure.axes[2].get_title() == "σ = 1 px, noise 1.6 e⁻, dark charge 0.01 e⁻"
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xdata(), 1000 * energy)
