"""Hot pixels, lines and edges: exact positions, profiles and their unevenness."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused

PLAIN = {"width": 1, "tail": 0, "roughness": 0}


def generator(seed=1):
    return np.random.default_rng(seed)


def column_of(shape=(30, 40), level=100.0, seed=1, **changes):
    values = {"column": 12, "first_row": 0, "last_row": shape[0]} | PLAIN | changes
    return effects.hot_column(shape, level, **values, rng=generator(seed))


def test_hot_lines_fill_their_pixels_and_do_not_add_up():
    charge = effects.hot_lines(
        (4, 5),
        7.0,
        np.array([1, 2]),
        np.array([2, 0]),
        np.array([2, 4]),
        vertical=np.array([True, False]),
    )
    expected = np.array([[0, 0, 0, 0, 0], [0, 0, 7, 0, 0], [7, 7, 7, 7, 0], [0, 0, 0, 0, 0]])
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, expected)


def test_random_hot_lines_equal_a_loop_and_are_cut_at_the_frame():
    rng = generator()
    shape, n = (17, 23), 12
    rows, columns = rng.integers(0, shape[0], n), rng.integers(0, shape[1], n)
    lengths, vertical = rng.integers(1, 30, n), rng.random(n) < 0.5
    expected = np.zeros(shape, dtype=np.float32)
    for row, column, length, down in zip(rows, columns, lengths, vertical, strict=True):
        if down:
            expected[row : row + length, column] = 3.5
        else:
            expected[row, column : column + length] = 3.5
    charge = effects.hot_lines(shape, 3.5, rows, columns, lengths, vertical=vertical)
    np.testing.assert_array_equal(charge, expected)


def test_no_hot_lines_leave_the_frame_empty():
    none = np.zeros(0, dtype=int)
    charge = effects.hot_lines((3, 4), 1.0, none, none, none, vertical=none.astype(bool))
    np.testing.assert_array_equal(charge, np.zeros((3, 4)))


@pytest.mark.parametrize(
    ("centre", "width", "expected"),
    [
        (3, 1, [0, 0, 0, 1, 0, 0, 0, 0]),
        (3, 3, [0, 0, 1, 1, 1, 0, 0, 0]),
        (2.5, 2, [0, 0, 1, 1, 0, 0, 0, 0]),
        (3, 2, [0, 0, 0.5, 1, 0.5, 0, 0, 0]),
        (3.25, 1, [0, 0, 0, 0.75, 0.25, 0, 0, 0]),
        (0, 3, [1, 1, 0, 0, 0, 0, 0, 0]),
        (8, 3, [0, 0, 0, 0, 0, 0, 0, 1]),
        (-40, 3, [0] * 8),
        (40, 3, [0] * 8),
    ],
)
def test_without_tails_a_defect_covers_its_width(centre, width, expected):
    profile = effects.line_profile(8, centre, width=width, tail=0)
    assert profile.dtype == np.float32
    np.testing.assert_allclose(profile, expected)


def test_tails_fall_exponentially_on_both_sides_and_end():
    profile = effects.line_profile(201, 100, width=5, tail=4.0)
    np.testing.assert_array_equal(profile, profile[::-1])
    np.testing.assert_array_equal(profile[98:103], 1)
    np.testing.assert_allclose(profile[103:130] / profile[102:129], np.exp(-1 / 4), rtol=1e-5)
    assert profile[40] == profile[160] == 0
    assert profile[profile > 0].min() > 1e-7


@pytest.mark.parametrize("centre", [-20, 70])
def test_of_a_defect_far_outside_the_frame_not_even_a_tail_is_left(centre):
    assert not effects.line_profile(50, centre, width=1, tail=1.0).any()


def test_a_hot_column_stands_between_its_rows():
    charge = column_of(width=3, first_row=5, last_row=21)
    assert charge.dtype == np.float32
    expected = np.zeros((30, 40))
    expected[5:21, 11:14] = 100
    np.testing.assert_array_equal(charge, expected)


@pytest.mark.parametrize(("first", "last"), [(-7, 4), (25, 99), (-5, 99)])
def test_a_hot_column_is_cut_at_the_frame(first, last):
    rows = column_of(first_row=first, last_row=last)[:, 12]
    inside = (np.arange(30) >= first) & (np.arange(30) < last)
    np.testing.assert_array_equal(rows, np.where(inside, 100, 0))


def test_a_defect_outside_the_frame_leaves_it_empty():
    assert not column_of(first_row=40, last_row=60).any()
    assert not column_of(first_row=-40, last_row=-10).any()
    assert not column_of(column=-500, width=2, tail=3.0).any()


def test_the_rows_of_a_defect_are_uneven_as_a_whole():
    charge = column_of((20000, 21), level=50.0, column=10, width=3, tail=2.0, roughness=0.3)
    core = charge[:, 10].astype(float)
    assert abs(core.mean() - 50) < 4 * 15 / 20000**0.5
    assert core.std() == pytest.approx(15, rel=0.03)
    assert core.min() > 0
    np.testing.assert_array_equal(charge[:, 9:12], charge[:, 10:11].repeat(3, axis=1))
    np.testing.assert_allclose(charge[:, 12] / core, np.exp(-1 / 2), rtol=1e-5)
    assert abs(np.corrcoef(core[1:], core[:-1])[0, 1]) < 4 / 20000**0.5


def test_a_hot_row_is_a_hot_column_turned():
    shape = {"width": 2.5, "tail": 1.5, "roughness": 0.4}
    column = column_of((30, 40), column=12, first_row=3, last_row=22, **shape)
    row = effects.hot_row(
        (40, 30), 100.0, row=12, first_column=3, last_column=22, **shape, rng=generator()
    )
    np.testing.assert_array_equal(row, column.T)
    assert row.flags.c_contiguous


def test_hot_pixels_have_their_own_levels():
    levels = np.array([5.0, 7.0, 9.0])
    charge = effects.hot_pixels((3, 4), levels, np.array([0, 2, 1]), np.array([3, 0, 1]))
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, [[0, 0, 0, 5], [0, 9, 0, 0], [7, 0, 0, 0]])


@pytest.mark.parametrize(("row", "column"), [(-1, 0), (3, 0), (0, -1), (0, 4)])
def test_a_hot_pixel_outside_the_frame_is_refused(row, column):
    with refused("A hot pixel lies outside the frame of 3×4 pixels"):
        effects.hot_pixels((3, 4), np.ones(1), np.array([row]), np.array([column]))


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        ("top", [[6, 6, 6], [3, 3, 3], [0, 0, 0], [0, 0, 0]]),
        ("bottom", [[0, 0, 0], [0, 0, 0], [3, 3, 3], [6, 6, 6]]),
        ("left", [[6, 3, 0]] * 4),
        ("right", [[0, 3, 6]] * 4),
    ],
)
def test_a_bad_edge_falls_linearly_inwards(edge, expected):
    charge = effects.bad_edge((4, 3), 6.0, edge=edge, depth=2)
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, expected)


def test_a_bad_edge_of_depth_one_is_one_row_and_a_deep_one_is_cut():
    one = effects.bad_edge((4, 3), 6.0, edge="top", depth=1)
    np.testing.assert_array_equal(one[:, 0], [6, 0, 0, 0])
    deep = effects.bad_edge((4, 3), 6.0, edge="top", depth=6)
    np.testing.assert_allclose(deep[:, 0], [6, 5, 4, 3])


def test_impossible_defects_are_refused():
    with refused("width of a defect is 0.5 px; it must be 1 or more"):
        column_of(width=0.5)
    with refused("tail of a defect is -1 px; it must not be negative"):
        column_of(tail=-1)
    with refused("bad edge is 0 px deep; give 1 or more"):
        effects.bad_edge((4, 3), 6.0, edge="top", depth=0)
    with refused("edge is 'north'; choose one of: left, right, top, bottom"):
        effects.bad_edge((4, 3), 6.0, edge="north", depth=1)


def test_the_seed_decides_alone():
    one, same, other = (column_of(roughness=0.5, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)
