"""Paths of particles: where they go, and how they are turned."""

import numpy as np
import pytest

from ccdseg.simulation.particles.path import Path, across, isotropic, turned


def path(depths, direction=(0.0, 0.0, 1.0), kind="electron"):
    positions = np.zeros((len(depths), 3))
    positions[:, 2] = depths
    return Path(kind, positions, np.arange(1.0, len(depths) + 1), np.array(direction))


def test_the_energy_is_the_sum_of_the_losses():
    assert path([0, 5, 10]).energy == 6.0


@pytest.mark.parametrize(
    ("direction", "zenith", "azimuth"),
    [
        ((0, 0, 1), 0, 0),
        ((0, 0, -1), 0, 0),
        ((1, 0, 0), 90, 0),
        ((0, 1, 0), 90, 90),
        ((-0.5, 0, 0.75**0.5), 30, 180),
        ((0.6, -0.6, -(0.28**0.5)), np.degrees(np.arccos(0.28**0.5)), -45),
    ],
)
def test_the_direction_is_told_by_two_angles(direction, zenith, azimuth):
    moving = path([0.0], direction)
    assert np.degrees(moving.zenith) == pytest.approx(zenith)
    assert np.degrees(moving.azimuth) == pytest.approx(azimuth)


def test_what_does_not_move_has_no_direction():
    point = path([3.0], (0, 0, 0))
    assert np.isnan(point.zenith)
    assert np.isnan(point.azimuth)


@pytest.mark.parametrize(
    ("depths", "n_inside"),
    [
        ([0, 5, 10], 3),
        ([0, 5, 11, 5], 2),
        ([5, -0.1, 5], 1),
        ([-1, 5, 5], 0),
        ([10, 10, 10.01], 2),
    ],
)
def test_a_path_ends_where_it_leaves_the_silicon(depths, n_inside):
    whole = path(depths)
    inside = whole.inside(10.0)
    np.testing.assert_array_equal(inside.positions, whole.positions[:n_inside])
    np.testing.assert_array_equal(inside.losses, whole.losses[:n_inside])
    assert (inside.kind, inside.zenith) == (whole.kind, whole.zenith)


def test_random_directions_point_anywhere():
    rng = np.random.default_rng(1)
    directions = np.array([isotropic(rng) for _ in range(3000)])
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_array_less(np.abs(directions.mean(0)), 4 / (3 * 3000) ** 0.5)
    spread = directions.T @ directions / 3000
    np.testing.assert_array_less(np.abs(spread - np.eye(3) / 3), 4 * (4 / 45 / 3000) ** 0.5)


@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 0), (0.6, 0, -0.8)])
def test_a_direction_across_an_axis_rolls_at_random(axis):
    rng, axis = np.random.default_rng(1), np.array(axis, dtype=float)
    sides = np.array([across(axis, rng) for _ in range(1000)])
    np.testing.assert_allclose(np.linalg.norm(sides, axis=1), 1)
    np.testing.assert_allclose(sides @ axis, 0, atol=1e-9)
    np.testing.assert_array_less(np.abs(sides.mean(0)), 4 / 2000**0.5)


def test_a_turned_path_keeps_its_shape_and_takes_the_direction():
    rng = np.random.default_rng(1)
    positions = rng.normal(0, 10, (20, 3))
    start, end = isotropic(rng), isotropic(rng)
    turns = [turned(positions, start, end, rng=rng) for _ in range(2)]
    for turn in turns:
        np.testing.assert_allclose(turn @ turn.T, positions @ positions.T, atol=1e-9)
        np.testing.assert_allclose(turn @ end, positions @ start, atol=1e-9)
        handed = np.linalg.det(turn[:3]) / np.linalg.det(positions[:3])
        assert handed == pytest.approx(1)
    assert not np.allclose(*turns)
