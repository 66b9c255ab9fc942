"""Touching particles, told apart; single ones, left whole."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u

from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from tests.events.separation.pixels import CLUSTER, line, measured, round_deposits

FIRST, SECOND = (20.0, 20.3, 0.8, 5.9), (20.4, 24.0, 0.6, 6.5)


def energies(found):
    return np.sort(found.table["energy"].to_value(u.keV))


def test_two_x_rays_that_touch_are_two_events():
    found = measured(round_deposits(FIRST, SECOND))
    assert len(set(found.table["component"])) == 1
    np.testing.assert_allclose(energies(found), [5.9, 6.5], rtol=0.05)
    table = found.table[np.argsort(found.table["column"])]
    np.testing.assert_allclose(table["row"].value, [20.0, 20.4], atol=0.2)
    np.testing.assert_allclose(table["column"].value, [20.3, 24.0], atol=0.3)
    np.testing.assert_allclose(table["point_width"].value, [0.8, 0.6], atol=0.1)


@pytest.mark.parametrize("distance", [1.6, 2.5, 4.0])
def test_energies_of_pairs_are_right_within_their_errors(distance):
    pulls = []
    for seed in range(12):
        other = (20.4, 20.3 + distance, 0.6, 6.5)
        found = measured(round_deposits(FIRST, other), seed=seed)
        table = found.table[np.argsort(found.table["energy"])]
        errors = np.hypot(table["energy_error"], np.sqrt([5.9, 6.5] * u.keV * 3.7 * u.eV))
        pulls.append(((table["energy"] - [5.9, 6.5] * u.keV) / errors).to_value(u.one))
    assert np.shape(pulls) == (12, 2)
    assert np.std(pulls) < 1.6
    assert abs(np.mean(pulls)) < 0.6


def test_the_labels_are_the_numbers_of_the_events_in_the_pixels_of_the_mask():
    expected = round_deposits(FIRST, SECOND, (40, 50, 0.7, 5.9), (5, 60, 0.9, 3.0))
    found = measured(expected)
    labels = found.labels
    assert labels.dtype == np.int32
    np.testing.assert_array_equal(labels > 0, expected > 0.3)
    counts = np.bincount(labels.ravel())[1:]
    np.testing.assert_array_equal(counts, found.table["n_pixels"].value)
    np.testing.assert_array_equal(found.table["id"], [1, 2, 3, 4])
    first = [np.flatnonzero(labels == number)[0] for number in (1, 2, 3, 4)]
    assert first == sorted(first)
    np.testing.assert_array_equal(
        found.labels_in((slice(10, 30), slice(21, 60))), labels[10:30, 21:60]
    )


def test_the_charge_of_a_cluster_is_that_of_its_events():
    expected = round_deposits(FIRST, SECOND)
    whole = measured(expected, separate=False).table
    divided = measured(expected).table
    assert len(whole) == 1
    assert divided["signal"].sum().value == pytest.approx(whole["signal"][0].value, rel=1e-6)
    assert (divided["energy_error"] > 0).all()


def test_a_point_beside_a_track_is_an_event_and_the_track_keeps_its_energy():
    track = line((10, 5), (38, 58), 0.7, 230.0)
    found = measured(track + round_deposits((19, 30.0, 0.8, 5.9)))
    np.testing.assert_allclose(energies(found), [5.9, 230.0], rtol=0.05)


def test_a_point_on_a_track_cannot_be_told():
    track = line((10, 5), (38, 58), 0.7, 230.0)
    assert len(measured(track + round_deposits((24, 31.5, 0.7, 5.9))).table) == 1


def test_tracks_that_cross_are_two_events():
    tracks = line((10, 5), (38, 58), 0.7, 230.0), line((2, 40), (46, 24), 0.6, 190.0)
    found = measured(sum(tracks))
    np.testing.assert_allclose(energies(found), [190.0, 230.0], rtol=0.05)


@pytest.mark.parametrize(
    "charge",
    [
        line((10, 5), (38, 58), 0.7, 230.0),
        line((10, 10), (22, 40), 0.8, 120.0) + line((22, 40), (40, 44), 0.8, 110.0),
        line((20, 10), (20, 50), 0.7, 200.0) + round_deposits((20, 51, 0.7, 25.0)),
        round_deposits((20, 20, 0.9, 30.0), (20.6, 20.9, 0.9, 25.0)),
        round_deposits(FIRST),
    ],
    ids=["straight", "bent", "bright end", "short electron", "x-ray"],
)
def test_what_one_particle_may_have_left_stays_whole(charge):
    for seed in range(5):
        assert len(measured(charge, seed=seed).table) == 1


def test_nothing_is_divided_without_a_detector_or_unasked():
    expected = round_deposits(FIRST, SECOND)
    assert len(measured(expected, separate=False).table) == 1
    image = expected.astype(np.float32)
    mask = np.where(expected > 0.3, CLUSTER, 0).astype(np.uint8)
    assert len(find_events(image, mask)) == 1
    assert len(find_events(image, mask, detector=replace(DAMIC_M, gain=1.0))) == 2


def test_a_track_that_leaves_the_frame_tells_no_range():
    charge = round_deposits((-0.4, 20, 0.9, 40.0), (3.5, 22, 0.9, 15.0))
    assert len(measured(charge).table) == 1
    far = round_deposits((8.6, 20, 0.9, 40.0), (12.5, 22, 0.9, 15.0))
    assert len(measured(far).table) == 2
