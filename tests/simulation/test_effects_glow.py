"""Glow: where it is brightest, how it falls, and its lines of equal light."""

import numpy as np
import pytest

from ccdseg.simulation import effects
from tests.refusal import refused

CORNERS = ["top left", "top right", "bottom left", "bottom right"]
EDGES = ["left", "right", "top", "bottom"]
PROFILES = ["exponential", "gaussian", "linear"]


def seen_from(frame, side):
    """Turn a frame so that `side` comes first."""
    if "bottom" in side:
        frame = frame[::-1]
    if "right" in side:
        frame = frame[:, ::-1]
    return frame.T if side in ("left", "right") else frame


@pytest.mark.parametrize(("first", "width"), [(0, 3), (2, 4), (6, 10), (9, 1)])
def test_glow_is_a_block_of_columns_cut_at_the_frame(first, width):
    charge = effects.glowing((4, 8), 1450.0, first_column=first, width=width)
    columns = (np.arange(8) >= first) & (np.arange(8) < first + width)
    assert charge.dtype == np.float32
    np.testing.assert_array_equal(charge, np.broadcast_to(np.where(columns, 1450, 0), (4, 8)))


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("profile", PROFILES)
def test_light_of_an_edge_falls_inwards_and_is_even_along_it(edge, profile):
    glow = effects.edge_glow((50, 70), 80.0, 20.0, edge=edge, profile=profile)
    assert (glow.dtype, glow.shape) == (np.float32, (50, 70))
    inwards = seen_from(glow, edge)
    np.testing.assert_array_equal(inwards, inwards[:, :1].repeat(inwards.shape[1], axis=1))
    assert inwards[0, 0] == 80
    assert np.all(np.diff(inwards[:20, 0]) < 0)


@pytest.mark.parametrize(
    ("profile", "half", "at_scale"),
    [
        ("exponential", 40 * np.log(2), np.exp(-1)),
        ("gaussian", 47.1, np.exp(-0.5)),
        ("linear", 20, 0),
    ],
)
def test_a_glow_falls_to_half_and_to_its_scale_where_its_profile_says(profile, half, at_scale):
    glow = effects.edge_glow((3, 300), 1.0, 40.0, edge="left", profile=profile)[0]
    assert np.interp(0.5, glow[::-1], np.arange(300)[::-1]) == pytest.approx(half, abs=0.05)
    assert glow[40] == pytest.approx(at_scale, rel=1e-6)


@pytest.mark.parametrize("profile", PROFILES)
def test_far_from_the_edge_there_is_nothing_left(profile):
    glow = effects.edge_glow((400, 3), 1000.0, 10.0, edge="top", profile=profile)
    assert not glow[200:].any()
    assert np.diff(glow[:, 0]).min() < -1
    lost = glow[np.flatnonzero(glow[:, 0])[-1], 0]
    assert profile == "linear" or lost < 2e-6 * 1000


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("profile", PROFILES)
def test_light_of_a_corner_falls_along_every_row_and_column(corner, profile):
    for exponent in (0.7, 1.0, 2.0, 3.0, 40.0):
        glow = effects.corner_glow(
            (40, 60), 90.0, (10.0, 15.0), corner=corner, profile=profile, exponent=exponent
        )
        assert (glow.dtype, glow.shape) == (np.float32, (40, 60))
        inwards = seen_from(glow, corner)
        assert inwards[0, 0] == inwards.max() == 90
        tolerance = 90 * 1e-6
        assert np.diff(inwards, axis=0).max() < tolerance
        assert np.diff(inwards, axis=1).max() < tolerance
        assert inwards[5, 0] < 90
        assert inwards[0, 5] < 90


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("exponent", [0.7, 1.0, 2.0, 5.0])
def test_along_its_edges_a_corner_glows_like_an_edge(profile, exponent):
    glow = effects.corner_glow(
        (200, 300), 7.0, (20.0, 60.0), corner="top left", profile=profile, exponent=exponent
    )
    down = effects.edge_glow((200, 300), 7.0, 20.0, edge="top", profile=profile)[:, 0]
    along = effects.edge_glow((200, 300), 7.0, 60.0, edge="left", profile=profile)[0]
    np.testing.assert_allclose(glow[:, 0], down, rtol=2e-5, atol=7e-6)
    np.testing.assert_allclose(glow[0], along, rtol=2e-5, atol=7e-6)


@pytest.mark.parametrize(
    ("exponent", "diagonal"), [(0.5, 4.0), (1.0, 2.0), (2.0, 2**0.5), (4.0, 2**0.25), (200.0, 1.0)]
)
def test_the_exponent_shapes_the_lines_of_equal_light(exponent, diagonal):
    """On the diagonal the same light lies nearer the corner, by 2^(1/p)."""
    glow = effects.corner_glow(
        (400, 400), 1.0, (100.0, 100.0), corner="top left", profile="exponential", exponent=exponent
    )
    distance = -np.log(np.diagonal(glow)[1:80:7].astype(float)) * 100
    np.testing.assert_allclose(distance, np.arange(1, 80, 7) * diagonal, rtol=4e-3)


def test_the_corners_mirror_each_other():
    glows = [
        seen_from(
            effects.corner_glow((9, 14), 5.0, (4.0, 6.0), corner=corner, profile="gaussian"), corner
        )
        for corner in CORNERS
    ]
    for glow in glows[1:]:
        np.testing.assert_array_equal(glow, glows[0])


@pytest.mark.parametrize("shape", [(600, 3), (129, 128)])
def test_a_glow_has_no_seams(shape):
    glow = effects.corner_glow(
        shape, 1.0, (100.0, 100.0), corner="top left", profile="exponential", exponent=3.0
    )
    steps = np.diff(np.log(glow.astype(float)), axis=0)
    assert steps.min() > -0.0101
    assert steps.max() < 1e-4


@pytest.mark.parametrize("n_levels", [1, 2, 5, 12])
def test_terraces_are_equal_steps_at_the_nearest_level(n_levels):
    glow = effects.corner_glow((60, 60), 300.0, (30.0, 30.0), corner="top left", profile="linear")
    before = glow.copy()
    terraces = effects.terraced(glow, n_levels)
    assert terraces.dtype == np.float32
    np.testing.assert_allclose(np.unique(terraces), np.linspace(0, 300, n_levels + 1), rtol=1e-6)
    assert np.abs(terraces - glow).max() <= 150 / n_levels * (1 + 1e-6)
    np.testing.assert_array_equal(glow, before)


def test_terraces_of_darkness_are_dark():
    np.testing.assert_array_equal(effects.terraced(np.zeros((3, 4)), 5), np.zeros((3, 4)))


@pytest.mark.parametrize("scale", [0, -3.0, float("nan"), float("inf")])
def test_an_impossible_scale_is_refused(scale):
    with refused(f"scale of the glow is {scale} px; it must be above 0"):
        effects.edge_glow((4, 4), 1.0, scale, edge="left", profile="linear")
    with refused(f"scale of the glow is {scale} px; it must be above 0"):
        effects.corner_glow((4, 4), 1.0, (5.0, scale), corner="top left", profile="linear")


@pytest.mark.parametrize("exponent", [0, -1.0, float("nan"), float("inf")])
def test_an_impossible_exponent_is_refused(exponent):
    with refused(f"exponent of the glow is {exponent}; it must be above 0"):
        effects.corner_glow(
            (4, 4), 1.0, (5.0, 5.0), corner="top left", profile="linear", exponent=exponent
        )


def test_unknown_names_are_refused_with_those_that_are_known():
    with refused("edge is 'west'; choose one of: left, right, top, bottom"):
        effects.edge_glow((4, 4), 1.0, 2.0, edge="west", profile="linear")
    with refused("corner is 'left'; choose one of: top left, top right, bottom left, bottom right"):
        effects.corner_glow((4, 4), 1.0, (2.0, 2.0), corner="left", profile="linear")
    with refused("profile is 'cubic'; choose one of: exponential, gaussian, linear"):
        effects.edge_glow((4, 4), 1.0, 2.0, edge="left", profile="cubic")


def test_no_levels_are_refused():
    with refused("0 levels of glow asked for; at least one is needed"):
        effects.terraced(np.ones((2, 2)), 0)
