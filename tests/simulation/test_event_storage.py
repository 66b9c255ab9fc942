"""Files of true events."""

import re

import numpy as np
import pytest

from ccdseg.files import read_npz, write_npz
from ccdseg.simulation import RECIPES, EventList, load_events, save_events, simulate_images
from tests.refusal import refused


def test_events_survive_saving(tmp_path):
    recipe = RECIPES["general"].scaled((64, 64))
    lists = [frame.events for frame in simulate_images(recipe, 5, rng=np.random.default_rng(4))]
    lists.insert(2, EventList.empty())
    save_events(tmp_path / "events.npz", lists)
    again = load_events(tmp_path / "events.npz")
    assert len(again) == len(lists)
    for before, after in zip(lists, again, strict=True):
        assert before.table.tobytes() == after.table.tobytes()
        for name in ("rows", "columns", "offsets"):
            assert getattr(after, name).dtype == np.int64
            np.testing.assert_array_equal(getattr(before, name), getattr(after, name))
        np.testing.assert_allclose(before.expected, after.expected, rtol=1e-6)
        np.testing.assert_array_equal(before.event_map((64, 64)), after.event_map((64, 64)))


@pytest.mark.parametrize("lists", [[], [EventList.empty()] * 2])
def test_no_events_survive_saving(tmp_path, lists):
    save_events(tmp_path / "none.npz", lists)
    assert [len(one) for one in load_events(tmp_path / "none.npz")] == [0] * len(lists)


def test_what_is_no_file_of_events_is_refused(tmp_path):
    path = tmp_path / "events.npz"
    with refused(f"No file of events {re.escape(str(path))}"):
        load_events(path)
    write_npz(path, {"images": np.zeros(3)})
    with refused("holds the arrays images; a file of events"):
        load_events(path)
    frames = simulate_images(RECIPES["events"].scaled((64, 64)), 1, rng=np.random.default_rng(1))
    save_events(path, [frame.events for frame in frames])
    arrays = read_npz(path)
    write_npz(path, arrays | {"rows": np.append(arrays["rows"], 0)})
    with refused("the lengths of its arrays do not fit"):
        load_events(path)
