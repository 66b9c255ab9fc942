"""Lists of particles, and the pixels of each."""

import numpy as np
import pytest
from astropy import units as u

from ccdseg.simulation import event_readout
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.particles import Deposit, Path


def hit(rows, columns, expected, drawn):
    return Deposit(
        np.array(rows, np.int64),
        np.array(columns, np.int64),
        np.array(expected, float),
        np.array(drawn, np.int64),
    )


POINT = Path("point", np.array([[0.0, 0.0, 80.0]]), np.array([5.9]), np.zeros(3), 4.0)
MUON = Path(
    "muon",
    np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 4.0]]),
    np.array([1.5, 2.5]),
    np.array([0.6, 0.0, 0.8]),
)
FIRST = hit([0, 1, 1], [1, 1, 2], [10.0, 20.0, 5.0], [9, 22, 4])
SECOND = hit([1, 1, 2, -1, 1], [2, 1, 2, 1, 3], [7.0, 4.0, 3.0, 50.0, 60.0], [8, 3, 3, 49, 61])
NOTHING = hit([], [], [], [])
SHAPE = (3, 3)
"""In it, the two hits share the pixels (1, 1) and (1, 2); two of the second's lie outside."""


@pytest.fixture
def events():
    placed = [(POINT, 1.25, 1.5), (MUON, -0.5, 2.75)]
    return EventList.from_deposits(placed, [FIRST, SECOND])


def test_charge_adds_up_where_events_overlap_and_is_cut_at_the_frame(events):
    charge = events.charge_map(SHAPE)
    assert charge.dtype == np.float32
    assert charge.tolist() == [[0, 10, 0], [0, 24, 12], [0, 0, 3]]
    assert events.charge_map(SHAPE, drawn=True).tolist() == [[0, 9, 0], [0, 25, 12], [0, 0, 3]]
    assert events.charge_map((1, 2)).tolist() == [[0, 10]]


def test_a_pixel_belongs_to_the_event_that_left_most_charge(events):
    owners = events.event_map(SHAPE)
    assert owners.dtype == np.int32
    assert owners.tolist() == [[-1, 0, -1], [-1, 0, 1], [-1, -1, 1]]


def test_events_list_what_the_particle_was_and_where_it_entered(events):
    first, second = events.table
    assert (first["kind"], second["kind"]) == ("point", "muon")
    assert (first["energy"], second["energy"]) == (np.float32(5.9), 4.0)
    assert (first["charge"], second["charge"]) == (35.0, 124.0)
    assert (first["row"], first["column"], first["depth"]) == (0.75, 1.0, 80.0)
    assert (second["row"], second["column"], second["depth"]) == (-1.0, 2.25, 0.0)
    assert np.isnan([first["zenith"], first["azimuth"]]).all()
    assert second["zenith"] == pytest.approx(np.arccos(0.8))
    assert second["azimuth"] == 0


def test_the_pixels_of_each_event_are_found_by_its_offsets(events):
    assert events.offsets.tolist() == [0, 3, 8]
    second = slice(*events.offsets[1:])
    np.testing.assert_array_equal(events.rows[second], SECOND.rows)
    np.testing.assert_array_equal(events.columns[second], SECOND.columns)
    np.testing.assert_array_equal(events.expected[second], SECOND.expected)
    np.testing.assert_array_equal(events.drawn[second], SECOND.drawn)


def test_joined_lists_are_the_list_of_both(events):
    placed = [(POINT, 1.25, 1.5), (MUON, -0.5, 2.75), (POINT, 0.5, 0.5)]
    third = hit([0], [0], [99.0], [98])
    whole = EventList.from_deposits(placed, [FIRST, SECOND, third])
    joined = events.joined(EventList.from_deposits(placed[2:], [third]))
    for name, values in vars(whole).items():
        assert getattr(joined, name).tobytes() == values.tobytes()
    assert joined.event_map(SHAPE)[0, 0] == 2
    assert len(events) == 2


def test_nothing_joined_changes_nothing(events):
    for joined in (events.joined(EventList.empty()), EventList.empty().joined(events)):
        for name, values in vars(events).items():
            assert getattr(joined, name).tobytes() == values.tobytes()


def test_an_event_without_charge_is_listed_and_owns_no_pixel():
    events = EventList.from_deposits([(POINT, 0, 0), (MUON, 0, 0)], [NOTHING, FIRST])
    assert len(events) == 2
    assert events.table["charge"].tolist() == [0, 35]
    assert set(events.event_map(SHAPE).ravel()) == {-1, 1}


def test_no_event_leaves_an_empty_frame():
    empty = EventList.empty()
    assert len(empty) == 0
    assert not empty.charge_map((4, 5)).any()
    assert not empty.charge_map((4, 5), drawn=True).any()
    np.testing.assert_array_equal(empty.event_map((4, 5)), np.full((4, 5), -1))


UNITS = {
    "kind": None,
    **dict.fromkeys(("first_row", "first_column", "height", "width"), u.pix),
    "energy": u.keV,
    "charge": u.electron,
    "row": u.pix,
    "column": u.pix,
    "depth": u.um,
    "zenith": u.rad,
    "azimuth": u.rad,
    "extent": u.um,
    "cut": None,
    "n_pixels": None,
}


def test_the_table_has_units(events):
    table = events.to_table()
    assert {name: getattr(table[name], "unit", None) for name in table.colnames} == UNITS
    assert table["kind"].tolist() == ["point", "muon"]
    assert table["n_pixels"].tolist() == [3, 5]
    assert table["energy"][1].to_value(u.eV) == pytest.approx(4000)
    assert table["zenith"][1].to_value(u.deg) == pytest.approx(np.degrees(np.arccos(0.8)))


def test_the_table_has_the_bounding_box_of_the_charge(events):
    columns = ("first_row", "first_column", "height", "width")
    boxes = [[int(row[name].value) for name in columns] for row in events.to_table()]
    assert boxes == [[0, 1, 2, 2], [-1, 1, 4, 3]]
    nothing = EventList.from_deposits([(POINT, 0, 0)] * 3, [NOTHING, FIRST, NOTHING]).to_table()
    assert nothing["height"].value.tolist() == [0, 2, 0]


def test_events_of_binned_columns_keep_their_charge(events):
    binned = event_readout.binned(events, 2)
    assert binned.charge_map((3, 2)).tolist() == [[10, 0], [24, 72], [0, 3]]
    assert binned.charge_map((3, 2), drawn=True).tolist() == [[9, 0], [25, 73], [0, 3]]
    assert binned.event_map((3, 2)).tolist() == [[0, -1], [0, 1], [-1, 1]]
    assert [len(part) for part in np.split(binned.rows, binned.offsets[1:-1])] == [3, 4]
    np.testing.assert_allclose(binned.table["column"], [0.25, 0.875])


def test_the_table_counts_the_pixels_of_at_least_one_electron():
    faint = hit([0, 0, 1], [0, 1, 1], [0.99, 1.0, 0.2], [3, 0, 1])
    events = EventList.from_deposits([(POINT, 0, 0)] * 3, [faint, NOTHING, FIRST])
    assert events.to_table()["n_pixels"].tolist() == [1, 0, 3]


def test_what_a_frame_shows_of_events_is_inside_it(events):
    seen = events.seen_in(SHAPE, pair_energy=4.0)
    charge = events.charge_map(SHAPE)
    assert seen["event"].tolist() == [0, 1]
    assert seen["kind"].tolist() == ["point", "muon"]
    assert seen["energy"].to_value(u.eV).sum() == pytest.approx(4 * charge.sum())
    for axis, name in ((1, "row"), (0, "column")):
        centroid = (seen["energy"] @ seen[name] / seen["energy"].sum()).to_value(u.pix)
        expected = np.arange(3) @ charge.sum(axis=axis) / charge.sum()
        assert centroid == pytest.approx(expected)


def test_events_outside_the_frame_are_not_seen(events):
    assert events.seen_in((1, 1), pair_energy=4.0)["event"].tolist() == []
    assert events.seen_in((1, 2), pair_energy=4.0)["event"].tolist() == [0]


def test_an_empty_table_has_the_same_columns():
    table = EventList.empty().to_table()
    assert len(EventList.empty().seen_in((4, 5), pair_energy=4.0)) == 0
    assert len(table) == 0
    assert {name: getattr(table[name], "unit", None) for name in table.colnames} == UNITS
