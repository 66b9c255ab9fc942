"""Scores of touching particles: matching by pixels and by charge, and what they count."""

import numpy as np
import pytest

from ccdseg.detector import DAMIC_M
from ccdseg.evaluation import (
    crowding_scores,
    match_charges,
    match_instances,
    pair_scores,
    separation_scores,
    whole_particles,
)
from ccdseg.simulation import EventList
from ccdseg.simulation.components import Particles
from ccdseg.simulation.particles import Deposit, Path
from ccdseg.simulation.ranges import Uniform
from ccdseg.workflows.physics_report.physics_separation import SOURCE_RUN
from tests.evaluation.test_measurement_scores import truth_of

MODULE = "ccdseg.evaluation.separation_scores"
POINT = Path("point", np.array([[0.0, 0.0, 80.0]]), np.array([5.9]), np.zeros(3), 4.0)


def test_instances_are_the_same_where_they_overlap_by_more_than_half():
    truth, found = np.zeros((2, 4, 12), int)
    truth[0, :4], truth[2, :6], truth[3, 8:10] = 1, 2, 3
    found[0, :3], found[2, :3], found[2, 3:6], found[1, 8] = 5, 2, 3, 4
    match = match_instances(truth, found)
    assert (match.true.tolist(), match.found.tolist()) == ([1], [5])
    assert match.overlap.tolist() == [0.75]
    assert (match.n_true, match.n_found) == (3, 4)
    assert match.f1 == pytest.approx(2 / 7)
    assert match.panoptic_quality == pytest.approx(1.5 / 7)
    assert np.isnan(match_instances(np.zeros((2, 2), int), np.zeros((2, 2), int)).f1)


def test_particles_are_found_where_most_of_their_charge_is():
    def hit(columns, charge):
        return Deposit(
            np.zeros(len(columns), int), np.array(columns), np.array(charge), np.zeros(1)
        )

    hits = [hit([0, 1], [800.0, 200.0]), hit([1, 2], [100.0, 900.0]), hit([2], [50.0])]
    events = EventList.from_deposits([(POINT, 0, 0)] * 3, hits)
    labels = np.array([[1, 1, 2, 0]])
    match = match_charges(events, labels, np.array([4.4, 3.8]), pair_energy=4.0)
    assert match.found.tolist() == [1, 2, 0]
    np.testing.assert_allclose(match.energies, [4.0, 4.0, 0.2])
    np.testing.assert_allclose(match.deviations, [0.1, -0.05, np.nan], rtol=1e-6)
    assert match.measured(0.06).tolist() == [False, True, False]
    none = match_charges(events, np.zeros((1, 4), int), np.zeros(0), pair_energy=4.0)
    assert none.found.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("kind", "least"), [("points", 0.9), ("point beside track", 0.5)])
def test_distant_pairs_are_told_apart_and_connected_clusters_are_not(kind, least, monkeypatch):
    segment = truth_of(monkeypatch, MODULE)
    rng = np.random.default_rng(2)
    scores = pair_scores(segment, kind, 5.0, detector=DAMIC_M, n_frames=1, rng=rng)
    assert scores["pairs"] >= 9
    assert scores["ccdseg"] >= least
    assert scores["connected clusters"] < 0.1


def test_separation_gains_in_crowded_frames_and_cuts_no_single_particle(monkeypatch):
    segment = truth_of(monkeypatch, MODULE)
    rng = np.random.default_rng(3)
    table = crowding_scores(segment, SOURCE_RUN, 200, detector=DAMIC_M, n_frames=2, rng=rng)
    rows = {row["method"]: row for row in table}
    assert list(rows) == list(separation_scores.METHODS)
    for name in ("panoptic_quality", "f1", "measured"):
        assert rows["ccdseg"][name] > rows["connected clusters"][name] + 0.01
    sparse = SOURCE_RUN.with_components(Particles(number=Uniform(12.0, 12.0)))
    counts = whole_particles(segment, sparse, detector=DAMIC_M, n_frames=2, rng=rng)
    assert counts["point"][0] > 15
    assert sum(divided for _, divided in counts.values()) <= 1
