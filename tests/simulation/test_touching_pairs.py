"""Pairs of particles at a chosen distance."""

import numpy as np
import pytest

from ccdseg.detector import DAMIC_M
from ccdseg.detector.silicon import diffusion_width
from ccdseg.simulation import Recipe, simulate_image
from ccdseg.simulation.components import PAIRS, TouchingPairs
from ccdseg.simulation.ranges import Uniform
from tests.refusal import refused


def pairs(kind, distance, spacing):
    component = TouchingPairs(kind=kind, distance=Uniform(distance, distance), spacing=spacing)
    recipe = Recipe(name="pairs", shape=(400, 400), components=(component,))
    return simulate_image(recipe, detector=DAMIC_M, rng=np.random.default_rng(1)).events


def place(events, number):
    return np.array([events.table[axis][number] for axis in ("row", "column")], float)


def width(events, number):
    depth = np.array(float(events.table["depth"][number]))
    return diffusion_width(depth, DAMIC_M) / DAMIC_M.pixel_size


@pytest.mark.parametrize("distance", [2.0, 5.0])
def test_two_points_are_as_far_apart_as_asked(distance):
    events = pairs("points", distance, 40)
    assert len(events) == 200
    assert set(events.table["kind"]) == {"point"}
    for first in range(0, 200, 2):
        away = np.hypot(*(place(events, first) - place(events, first + 1)))
        both = (width(events, first) ** 2 + width(events, first + 1) ** 2) / 2
        assert away / np.sqrt(both + 1 / 12) == pytest.approx(distance, rel=0.05)


def test_pairs_with_tracks_are_of_muons_that_pass_each_other_or_a_point():
    beside, crossing = (pairs(kind, 4.0, 133) for kind in PAIRS[1:])
    assert beside.table["kind"].tolist() == ["muon", "point"] * 9
    assert crossing.table["kind"].tolist() == ["muon"] * 18
    for first in range(0, 18, 2):
        one, other = (
            set(zip(crossing.rows[part], crossing.columns[part], strict=True))
            for part in (slice(*crossing.offsets[n : n + 2]) for n in (first, first + 1))
        )
        assert one & other
        angle = np.diff(crossing.table["azimuth"][first : first + 2]).item()
        assert abs(np.sin(angle)) > 0.5


def test_an_unknown_kind_of_pair_is_refused():
    with refused("A pair of 'triples'; choose one of: points, point beside track, crossing tracks"):
        TouchingPairs(kind="triples")
