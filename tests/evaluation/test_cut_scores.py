"""Scores of cut hits."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

from ccdseg.evaluation import cut_scores, is_tellable
from ccdseg.identification import ParticleTruth

TRUTH = ParticleTruth(
    kinds=np.array(["muon", "point-like", "electron", "muon", "point-like"]),
    owners=np.arange(5),
    isolated=np.array([True, False, False, False, False]),
    cut=np.array(["", "above", "below", "below", "above"]),
    lost=np.array([np.nan, 0.4, 0.3, 0.01, 0.2]),
)
EVENTS = QTable(
    {
        "cut": ["row_min", "row_max", "row_max", "", "row_max"],
        "missing": [np.nan, 0.5, np.nan, np.nan, 0.1],
        "signal": [50.0, 50.0, 50.0, 50.0, 5.0] * u.adu,
        "signal_error": [1.0] * 5 * u.adu,
    }
)


def test_the_side_of_a_cut_must_be_right():
    scores = cut_scores(TRUTH, EVENTS)
    assert (scores.n_events, scores.n_cut, scores.n_found, scores.n_right) == (5, 4, 4, 2)
    assert (scores.recall, scores.precision) == (0.5, 0.5)
    assert scores.missing_error == pytest.approx(0.1 * 0.6826, abs=0.01)


def test_events_of_which_nothing_can_be_told_are_left_out():
    chosen = is_tellable(TRUTH, EVENTS, significance=10)
    assert chosen.tolist() == [True, True, True, False, False]
    scores = cut_scores(TRUTH, EVENTS, chosen=chosen)
    assert (scores.n_events, scores.n_cut, scores.n_found, scores.n_right) == (3, 2, 3, 1)


def test_without_events_there_are_no_scores():
    nothing = ParticleTruth(*(values[:0] for values in TRUTH))
    scores = cut_scores(nothing, EVENTS[:0])
    assert np.isnan([scores.recall, scores.precision, scores.missing_error]).all()
