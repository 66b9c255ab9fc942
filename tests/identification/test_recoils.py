"""Candidates of nuclear recoils."""

import numpy as np
from astropy import units as u

from ccdseg.detector import DAMIC_M
from ccdseg.identification import add_recoil_candidates, estimate_depth, identify
from tests.events.separation.pixels import line, measured, round_deposits
from tests.refusal import refused


def test_clean_points_are_candidates_and_the_others_say_why_not():
    charge = round_deposits((10.2, 12.1, 0.8, 5.9), (30.2, 0.4, 0.8, 5.9))
    charge += line((8.0, 30.0), (40.0, 50.0), 0.8, 200.0)
    events = estimate_depth(identify(measured(charge).table), detector=DAMIC_M)
    events = add_recoil_candidates(events)
    place = events["column"].to_value(u.pix)
    point, edge, track = (int(np.abs(place - column).argmin()) for column in (12, 0, 40))
    assert events["recoil_candidate"].tolist().count(True) == 1
    assert events["recoil_candidate"][point]
    assert events["against_recoil"][point] == ""
    assert "at the edge of the image" in events["against_recoil"][edge]
    assert "not point-like" in events["against_recoil"][track]


def test_events_without_depth_are_refused():
    events = identify(measured(round_deposits((10.2, 12.1, 0.8, 5.9))).table)
    with refused("no column depth"):
        add_recoil_candidates(events)
