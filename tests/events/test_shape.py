"""Widths, direction, length and straightness of clusters."""

import numpy as np
import pytest

from ccdseg.events.clusters import PixelList
from ccdseg.events.shape import Shapes, measure_shapes
from ccdseg.events.skeleton import measure_skeletons


def listed(*clusters):
    """Pixels of masks, one cluster each."""
    rows, columns = (np.concatenate(axis) for axis in zip(*map(np.nonzero, clusters), strict=True))
    counts = list(map(np.count_nonzero, clusters))
    return PixelList(np.repeat(np.arange(len(clusters)), counts), rows, columns, len(clusters))


def measure_shape(charge, pixels):
    """Shape of one cluster."""
    shapes = measure_shapes(charge[pixels], listed(pixels))
    return Shapes(**{name: values[0] for name, values in vars(shapes).items()})


def track(angle, *, length=40.0, width=1.2, size=80):
    """Charge of a straight track through the middle at an angle (deg), and its pixels."""
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    turn = np.radians(angle)
    along = columns * np.cos(turn) + rows * np.sin(turn)
    across = rows * np.cos(turn) - columns * np.sin(turn)
    charge = np.exp(-(across**2) / (2 * width**2)) * (np.abs(along) <= length / 2)
    return charge, charge > 0.05


@pytest.mark.parametrize("angle", [-89.0, -60.0, -30.0, 0.0, 20.0, 45.0, 80.0])
def test_a_straight_track(angle):
    shape = measure_shape(*track(angle))
    assert (shape.row, shape.column) == pytest.approx((39.5, 39.5), abs=0.05)
    assert (shape.orientation - angle + 90) % 180 - 90 == pytest.approx(0, abs=1)
    assert shape.width_along == pytest.approx(40 / 12**0.5, rel=0.05)
    assert shape.width_across == pytest.approx(1.2, rel=0.05)
    assert shape.length == pytest.approx(40, abs=6)
    assert shape.straightness > 0.95


def test_orientations_lie_from_minus_90_to_90():
    charge, pixels = track(90.0)
    assert -90 <= measure_shape(charge, pixels).orientation < 90


def test_a_bent_track_is_less_straight_than_long():
    pixels = np.zeros((40, 40), dtype=bool)
    pixels[5, 5:31] = pixels[5:31, 5] = True
    (length,), (straightness,) = measure_skeletons(listed(pixels))
    assert length == pytest.approx(51, rel=0.06)
    assert straightness == pytest.approx(26 * 2**0.5 / 51, rel=0.07)


def test_a_single_pixel():
    pixels = np.zeros((3, 3), dtype=bool)
    pixels[1, 2] = True
    shape = measure_shape(pixels * 7.0, pixels)
    assert (shape.row, shape.column) == (1, 2)
    assert shape.width_along == pytest.approx(12**-0.5)
    assert shape.width_across == pytest.approx(12**-0.5)
    assert (shape.length, shape.straightness) == (1, 1)


def test_a_round_blob_is_as_wide_as_long():
    rows, columns = np.indices((41, 41)) - 20
    charge = np.exp(-(rows**2 + columns**2) / (2 * 2.5**2))
    shape = measure_shape(charge, charge > 1e-4)
    assert shape.width_along == pytest.approx(2.5, rel=0.05)
    assert shape.width_across == pytest.approx(shape.width_along, rel=1e-6)


def test_pixels_without_charge_count_alike():
    pixels = np.zeros((9, 9), dtype=bool)
    pixels[2:5, 3] = True
    shape = measure_shape(np.full((9, 9), -1.0), pixels)
    assert (shape.row, shape.column) == (3, 3)
    assert abs(shape.orientation) == 90


@pytest.mark.parametrize("angle", [-60.0, 0.0, 45.0])
def test_an_even_track_has_even_thirds(angle):
    shape = measure_shape(*track(angle))
    assert shape.local_width == pytest.approx(1.2, rel=0.06)
    assert shape.taper == pytest.approx(1, abs=0.05)
    assert shape.end_share == pytest.approx(1 / 3, abs=0.03)


def test_a_track_that_grows_wide_and_bright_tapers():
    rows, columns = np.indices((40, 80)) - np.array([20, 10])[:, np.newaxis, np.newaxis]
    width = 0.8 + 0.03 * columns
    inside = (columns >= 0) & (columns <= 60)
    charge = np.exp(-(rows**2) / (2 * width**2)) * inside
    shape = measure_shape(charge, charge > 1e-3)
    assert shape.taper == pytest.approx((0.8 + 0.03 * 50) / (0.8 + 0.03 * 10), rel=0.1)
    assert shape.local_width == pytest.approx(0.8 + 0.03 * 30, rel=0.1)
    assert shape.end_share == pytest.approx((0.8 + 0.03 * 50) / 3 / (0.8 + 0.03 * 30), rel=0.1)


def test_a_bent_track_is_locally_narrower_than_as_a_whole():
    rows, columns = np.indices((60, 60)) - 30
    charge = np.exp(-((np.hypot(rows, columns) - 20) ** 2) / 2) * (rows > 8)
    shape = measure_shape(charge, charge > 0.05)
    assert shape.local_width < 0.6 * shape.width_across
    assert shape.local_width == pytest.approx(1.1, rel=0.2)


def test_many_clusters_are_measured_as_each_alone():
    """Tracks, blobs and single pixels of many sizes at once."""
    rows, columns = np.indices((41, 41)) - 20
    scenes = [track(angle, length=length) for angle in (-80, 10, 55) for length in (3, 12, 40)]
    for width in (0.3, 0.8, 2.5):
        charge = np.exp(-(rows**2 + columns**2) / (2 * width**2))
        scenes.append((charge, charge > 1e-3))
    together = measure_shapes(
        np.concatenate([charge[pixels] for charge, pixels in scenes]),
        listed(*(pixels for _, pixels in scenes)),
    )
    for number, scene in enumerate(scenes):
        for name, value in vars(measure_shape(*scene)).items():
            assert getattr(together, name)[number] == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_every_small_cluster_has_a_length():
    """All connected shapes of up to nine pixels in a square leave something of themselves."""
    from scipy import ndimage

    grids = (np.arange(1, 512)[:, np.newaxis] >> np.arange(9) & 1).astype(bool).reshape(-1, 3, 3)
    clusters = [grid for grid in grids if ndimage.label(grid, np.ones((3, 3)))[1] == 1]
    length, straightness = measure_skeletons(listed(*clusters))
    extent = [max(np.ptp(axis) for axis in np.nonzero(grid)) + 1 for grid in clusters]
    assert np.all(length >= 1)
    assert np.all(length <= 2**0.5 * np.array(extent) + 4)
    assert np.all(straightness <= 1 + 1e-9)
