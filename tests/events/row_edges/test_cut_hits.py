"""Hits that the readout cut at a row are told, and how much of them is missing."""

import numpy as np
import pytest
from astropy import units as u

from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from ccdseg.events.row_edges import SIDES, CutClassifier
from ccdseg.events.row_edges.edge_features import EDGE_FEATURES
from tests.events.separation.pixels import line, measured, round_deposits
from tests.refusal import refused

NUMBER = {name: index for index, name in enumerate(EDGE_FEATURES)}


def cut_at(expected, row, side):
    """The charge of which nothing is left beyond the row at an end of the event."""
    kept = expected.copy()
    if side == "row_max":
        kept[row:] = 0
    else:
        kept[:row] = 0
    return kept


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("width", [0.7, 1.2])
def test_a_point_cut_at_a_row_is_told_with_its_missing_part(side, width):
    whole = round_deposits((20.3, 30.2, width, 5.9))
    kept = cut_at(whole, 20, side)
    event = measured(kept).table[0]
    lost = 1 - kept.sum() / whole.sum()
    assert event["cut"] == side
    assert event["p_cut"] > 0.9
    assert event["missing"] == pytest.approx(lost, abs=0.1)
    assert event["lower_limit"]


@pytest.mark.parametrize("side", SIDES)
def test_a_track_cut_at_a_row_is_told(side):
    track = line((8.0, 20.0), (40.0, 36.0), 0.8, 120.0)
    event = measured(cut_at(track, 22, side)).table[0]
    assert event["cut"] == side
    assert np.isnan(event["missing"])
    assert event["lower_limit"]


@pytest.mark.parametrize(
    "whole",
    [
        round_deposits((20.0, 30.0, 0.3, 5.9)),
        round_deposits((20.5, 30.2, 0.7, 5.9)),
        round_deposits((20.2, 30.2, 1.5, 5.9)),
        line((8.0, 20.0), (40.0, 36.0), 0.8, 120.0),
    ],
)
def test_whole_hits_are_not_cut(whole):
    event = measured(whole).table[0]
    assert event["cut"] == ""
    assert event["p_cut"] < 0.5
    assert np.isnan(event["missing"])
    assert not event["lower_limit"]


def test_the_edge_of_the_image_is_no_cut_but_the_energy_a_lower_limit():
    event = measured(round_deposits((-0.5, 30.2, 1.0, 5.9))).table[0]
    assert event["touches_edge"]
    assert event["cut"] == ""
    assert event["lower_limit"]


def test_two_fits_tell_what_is_missing():
    whole = round_deposits((20.3, 30.2, 1.0, 5.9))
    edges = measured(cut_at(whole, 20, "row_max")).edges[0, 1]
    assert edges[NUMBER["gain of cutting"]] > 2  # χ² falls by more than a hundred
    assert edges[NUMBER["cut misfit"]] < 0.3
    assert edges[NUMBER["cut width"]] == pytest.approx(1.0, abs=0.15)
    uncut = measured(whole).edges[0]
    assert (np.isnan(uncut[:, 0]) | (uncut[:, NUMBER["gain of cutting"]] < 0.5)).all()


def test_without_a_detector_nothing_is_said():
    image = round_deposits((20.3, 30.2, 1.0, 5.9))
    table = find_events(image, np.where(image > 1, np.uint8(3), np.uint8(0)))
    assert not {"cut", "p_cut", "missing"} & set(table.colnames)
    assert "lower_limit" in table.colnames


def test_no_event_is_no_cut():
    table = find_events(np.zeros((9, 9)), np.zeros((9, 9), np.uint8), detector=DAMIC_M)
    assert len(table["p_cut"]) == 0
    assert table["energy"].unit == u.keV


def test_a_classifier_of_other_features_is_refused(tmp_path):
    CutClassifier.blind().save(tmp_path / "a.npz")
    again = CutClassifier.load(tmp_path / "a.npz")
    edges = np.zeros((3, 2, len(EDGE_FEATURES)), np.float32)
    assert (again.columns(edges)["p_cut"] < 1e-9).all()
    np.savez(tmp_path / "b.npz", features=np.array(["depth"]))
    with refused("b.npz was trained on other features of edges than this version measures"):
        CutClassifier.load(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", mean=np.zeros(2))
    with refused("c.npz is no classifier of cut hits"):
        CutClassifier.load(tmp_path / "c.npz")


def test_the_classifier_that_ships_says_how_it_was_trained():
    training = CutClassifier.load().training
    assert training["command"].startswith("ccdseg particles")
    assert training["code"]
