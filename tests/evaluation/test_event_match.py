"""Matching of true and found events."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

from ccdseg.detector import Detector
from ccdseg.evaluation import match_events
from ccdseg.events import find_events
from ccdseg.simulation import Recipe, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform
from tests.refusal import refused


def events(*rows, spread=None):
    """Table of events from (row, column, energy)."""
    row, column, energy = np.array(rows, dtype=float).reshape(-1, 3).T
    table = QTable({"row": row * u.pix, "column": column * u.pix, "energy": energy * u.keV})
    if spread is not None:
        table["width_along"] = np.array(spread) * u.pix
    return table


def test_the_nearest_pairs_come_first_and_none_is_taken_twice():
    truth = events((10, 10, 5), (10, 12, 7), (50, 50, 9))
    found = events((10, 11.2, 7), (10, 13.5, 5), (80, 80, 1))
    match = match_events(truth, found)
    assert list(zip(match.true_index, match.found_index, strict=True)) == [(1, 0)]
    found = events((10, 11.2, 7), (10, 9, 5), (80, 80, 1))
    match = match_events(truth, found)
    assert list(zip(match.true_index, match.found_index, strict=True)) == [(0, 1), (1, 0)]


def test_long_events_reach_farther():
    truth = events((10, 10, 5))
    assert len(match_events(truth, events((10, 15, 5))).true_index) == 0
    assert len(match_events(truth, events((10, 15, 5), spread=[4])).true_index) == 1
    assert len(match_events(truth, events((10, 15, 5)), reach=6).true_index) == 1


def test_pairs_tell_energies_and_positions():
    match = match_events(events((10, 20.25, 5)), events((10.5, 20, 6)))
    (pair,) = match.pairs()
    assert pair["deviation"] == pytest.approx(0.2)
    assert (pair["row_residual"].value, pair["column_residual"].value) == (0.5, -0.25)
    assert (pair["true_energy"].value, pair["energy"].value) == (5, 6)


def test_scores_are_binned_in_energy():
    truth = events((10, 10, 5), (30, 10, 6), (50, 10, 20), (70, 10, 30))
    found = events((10, 10, 5.5), (30, 10.5, 6), (50, 10, 21), (90, 90, 25), (95, 5, 200))
    table = match_events(truth, found).by_energy([1, 10, 100, 1000])
    assert list(table["low"].value) == [1, 10, 100]
    assert list(table["high"].value) == [10, 100, 1000]
    assert list(table["n_true"]) == [2, 2, 0]
    assert list(table["n_found"]) == [2, 2, 1]
    np.testing.assert_allclose(table["efficiency"], [1, 0.5, np.nan])
    np.testing.assert_allclose(table["purity"], [1, 0.5, 0])
    np.testing.assert_allclose(table["bias"], [0.05, 0.05, np.nan])
    np.testing.assert_allclose(table["resolution"], [0.6826 * 0.05, 0, np.nan], atol=1e-4)
    np.testing.assert_allclose(table["residual"].to_value(u.pix), [0.25, 0, np.nan])


def test_the_resolution_is_the_standard_deviation_of_a_normal_distribution():
    rng = np.random.default_rng(1)
    places = 10.0 * np.arange(4000)
    truth = events(*((place, 0, 10) for place in places))
    found = events(*((place, 0, rng.normal(10, 0.3)) for place in places))
    (row,) = match_events(truth, found).by_energy([1, 100])
    assert row["resolution"] == pytest.approx(0.03, rel=0.06)
    assert row["efficiency"] == row["purity"] == 1


@pytest.mark.parametrize(("found", "truth"), [((), ()), ((), ((1, 1, 5),)), (((1, 1, 5),), ())])
def test_nothing_found_or_true_matches_nothing(found, truth):
    match = match_events(events(*truth), events(*found))
    assert len(match.pairs()) == 0
    (row,) = match.by_energy([1, 10])
    assert (row["n_found"], row["n_true"]) == (len(found), len(truth))
    assert np.isnan(row["bias"])


def test_tables_without_energies_are_refused():
    bare = events((1, 1, 5))
    bare.remove_column("energy")
    with refused("table of found events has no column energy"):
        match_events(events((1, 1, 5)), bare)
    with refused("table of true events has no column energy"):
        match_events(bare, events((1, 1, 5)))


def test_events_of_a_simulated_frame_are_matched():
    detector = Detector("d", pedestal=1000.0, read_noise=8.0, gain=5.0)
    points = c.Particles(
        number=Uniform(5.0, 5.0),
        shares=(0.3, 0.0, 0.7, 0.0),
        variation=0.0,
        point_energy=LogUniform(2.0, 20.0),
    )
    recipe = Recipe(shape=(400, 500), components=(points,))
    frame = simulate_image(recipe, detector=detector, rng=np.random.default_rng(3))
    truth = frame.events.seen_in(frame.image.shape, pair_energy=detector.pair_energy)
    assert set(truth["kind"]) == {"point", "electron"}
    found = find_events(frame.image, frame.mask, detector=detector)
    (row,) = match_events(truth, found).by_energy([1, 5000])
    assert row["efficiency"] > 0.8
    assert row["purity"] > 0.8
    assert abs(row["bias"]) < 0.02
    assert row["residual"].value < 0.2
