"""Whole frames: masks, events, colours and places."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from ccdseg import plotting
from ccdseg.classes import CLASSES, COSMICS
from ccdseg.events import find_events
from tests.plotting.figures import drawn, legend, panels, texts

CLUSTER = CLASSES["cluster"]


def test_events_are_outlined_and_numbered_where_they_lie(scene):
    image, mask = scene
    figure = plotting.show_events(
        image,
        mask,
        events=find_events(image, mask, origin=(100, 200)),
        origin=(100, 200),
        title="frame",
    )
    axes = figure.axes[0]
    assert texts(axes) == ["2", "1"] or texts(axes) == ["1", "2"]
    (outline,) = axes.collections
    corners = np.concatenate([path.vertices for path in outline.get_paths()])
    assert corners[:, 0].min() == pytest.approx(219.5)
    assert corners[:, 1].min() == pytest.approx(109.5)
    assert corners[:, 1].max() == pytest.approx(149.5)
    for text in axes.texts:
        column, row = text.get_position()
        assert 200 <= column < 280
        assert 100 <= row < 150
    assert axes.get_title() == "frame\n2 events"


def test_an_overlay_tints_and_outlines_the_particles(scene):
    image, mask = scene
    figure = plotting.show_overlay(image, (mask > 0).astype(np.uint8), classes=COSMICS, title="a")
    axes = figure.axes[0]
    picture, tint = (drawn.get_array() for drawn in axes.images)
    np.testing.assert_array_equal(tint[..., 3] > 0, mask > 0)
    assert 0 < tint[..., 3].max() < 1
    assert picture.shape == mask.shape
    assert len(axes.collections) == 1
    assert axes.get_title() == "a\ncosmic: 40 px, 1.00 %"
    empty = plotting.show_overlay(image, 0 * mask)
    assert empty.axes[0].get_title() == "cluster: 0 px, 0.00 %"


def test_of_many_events_the_brightest_are_numbered():
    rng = np.random.default_rng(0)
    image, mask = rng.normal(0, 1, (120, 120)), np.zeros((120, 120), np.uint8)
    mask[5::8, 5::8] = CLUSTER.index
    image[mask == CLUSTER.index] += 50
    image[5, 5] += 500
    events = find_events(image, mask)
    figure = plotting.show_events(image, mask, events=events)
    assert len(figure.axes[0].texts) == 150
    assert "1" in texts(figure.axes[0])
    assert figure.axes[0].get_title() == f"{len(events)} events, the 150 brightest numbered"


def test_a_frame_without_events_is_shown(scene):
    image, mask = scene
    figure = plotting.show_events(image, 0 * mask, events=find_events(image, 0 * mask))
    assert figure.axes[0].get_title() == "0 events"


def test_a_large_frame_is_outlined_at_the_right_place():
    image, mask = np.zeros((1700, 1800)), np.zeros((1700, 1800), np.uint8)
    image[900:930, 1200:1260] = 100
    mask[900:930, 1200:1260] = CLUSTER.index
    figure = plotting.show_events(image, mask, events=find_events(image, mask))
    (outline,) = figure.axes[0].collections
    corners = np.concatenate([path.vertices for path in outline.get_paths()])
    np.testing.assert_allclose(corners.min(axis=0), [1199.5, 899.5], atol=3)
    np.testing.assert_allclose(corners.max(axis=0), [1259.5, 929.5], atol=3)


def test_the_frame_beside_its_segmentation_can_be_numbered(scene):
    image, mask = scene
    figure = plotting.show_frame(image, mask, events=find_events(image, mask))
    assert sorted(texts(figure.axes[0])) == ["1", "2"]


def test_the_legend_of_a_frame_holds_the_percentages():
    mask = np.zeros((200, 200), np.uint8)
    mask[:50] = CLASSES["glowing"].index
    mask[199] = CLUSTER.index
    mask[100, 0] = CLASSES["hot pixel"].index
    figure = plotting.show_frame(np.zeros(mask.shape), mask)
    assert legend(figure.legends[0]) == [
        "background 74.50 %",
        "glowing 25.00 %",
        "hot pixel < 0.01 %",
        "cluster 0.50 %",
    ]


def test_a_frame_is_drawn_beside_its_segmentation_in_the_colours_of_the_classes(pair):
    figure = plotting.show_frame(*pair, title="CCD_B")
    first, second = panels(figure)
    assert (first.get_title(), second.get_title()) == ("frame", "segmentation")
    assert figure.get_suptitle() == "CCD_B"
    np.testing.assert_array_equal(drawn(first), pair[0])
    np.testing.assert_array_equal(drawn(second), CLASSES.colours[pair[1]])


def test_a_huge_frame_still_shows_its_only_cluster(tmp_path):
    image = np.zeros((5000, 4000), np.float32)
    mask = np.zeros(image.shape, np.uint8)
    image[3210, 1234], mask[3210, 1234] = 1000, CLUSTER.index
    figure = plotting.show_frame(image, mask)
    first, second = panels(figure)
    assert drawn(first).max() == 1000
    coloured = (drawn(second) == np.float32(CLUSTER.colour)).all(axis=-1)
    assert coloured.sum() == 1
    row, column = np.argwhere(coloured)[0] / coloured.shape * image.shape
    assert (row, column) == pytest.approx((3210, 1234), abs=10)
    assert max(drawn(first).shape) < 2000
    assert plotting.save_figure(figure, tmp_path / "huge.png").stat().st_size > 0


@pytest.mark.parametrize("shape", [(40, 4700), (4700, 40), (1, 300), (64, 64), (100, 250)])
def test_a_frame_of_any_shape_is_shown_whole(tmp_path, shape):
    image = np.random.default_rng(0).normal(0, 1, shape)
    figure = plotting.show_frame(image, np.zeros(shape, np.uint8))
    for axes in panels(figure):
        assert axes.get_xlim() == (-0.5, shape[1] - 0.5)
        assert axes.get_ylim() == (-0.5, shape[0] - 0.5)
    assert figure.get_size_inches().max() <= 20
    with Image.open(plotting.save_figure(figure, tmp_path / "a.png")) as picture:
        assert np.asarray(picture.convert("L")).std() > 10


def test_pixels_that_are_not_finite_are_drawn_as_the_median(pair):
    image = pair[0].copy()
    image[3, 4:6] = np.nan, np.inf
    array = drawn(panels(plotting.show_frame(image, pair[1]))[0])
    assert array[3, 4] == array[3, 5] == np.median(image[np.isfinite(image)])


@pytest.mark.parametrize("level", [0.0, 8800.0, -5.0])
def test_a_frame_without_any_contrast_is_drawn(tmp_path, level):
    image, mask = np.full((20, 20), level), np.zeros((20, 20), np.uint8)
    figures = plotting.show_frame(image, mask), plotting.show_charge_distribution(image, mask)
    for i, figure in enumerate(figures):
        assert plotting.save_figure(figure, tmp_path / f"{i}.png").stat().st_size > 0


@pytest.mark.parametrize("top_first", [False, True])
def test_rows_count_upwards_or_as_in_a_picture(scene, top_first):
    image, mask = scene
    figures = [
        plotting.show_frame(image, mask, top_first=top_first),
        plotting.show_overlay(image, mask, top_first=top_first),
        plotting.show_events(image, mask, events=find_events(image, mask), top_first=top_first),
    ]
    for axes in (axes for figure in figures for axes in panels(figure)):
        low, high = axes.get_ylim()
        assert (low > high) == top_first
        assert sorted((low, high)) == [-0.5, 49.5]


def crowded():
    """A frame with 45 events in one corner."""
    rng = np.random.default_rng(3)
    image, mask = rng.normal(0, 1, (300, 400)), np.zeros((300, 400), np.uint8)
    rows, columns = (rng.permutation(90).reshape(2, -1) + 2).repeat(2, axis=1)
    rows, columns = 3 * (rows % 30), 3 * (columns % 45)
    mask[rows, columns] = CLUSTER.index
    image[rows, columns] += 100
    return image, mask


@pytest.mark.parametrize("top_first", [False, True])
def test_numbers_of_crowded_events_do_not_overlap(top_first):
    image, mask = crowded()
    events = find_events(image, mask)
    events["id"] += 100
    figure = plotting.show_events(image, mask, events=events, top_first=top_first)
    FigureCanvasAgg(figure).draw()
    (axes,) = panels(figure)
    assert sorted(texts(axes)) == sorted(map(str, events["id"]))
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(axes.bbox.contains(box.x0, box.y0) for box in boxes)
    assert all(axes.bbox.contains(box.x1, box.y1) for box in boxes)
