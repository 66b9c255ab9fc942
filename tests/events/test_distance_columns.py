"""Distances of events to edges, hot lines and bright events."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.detector import DAMIC_M
from ccdseg.events import add_distances, map_events

HOT, CLUSTER = (CLASSES[name].index for name in ("hot pixel", "cluster"))


def scene(rng, shape=(80, 100), n=25):
    """Image and mask of small clusters, a hot column and a short piece of one."""
    image, mask = rng.normal(0, 1, shape), np.zeros(shape, np.uint8)
    for row, column in rng.integers(0, np.array(shape) - 3, (n, 2)):
        part = slice(row, row + 3), slice(column, column + rng.integers(1, 4))
        image[part] += rng.choice([30.0, 900.0])
        mask[part] = CLUSTER
    mask[20:40, 7], mask[60:65, 90] = HOT, HOT
    return image, mask


def measured(image, mask, *, classes=CLASSES, origin=(0, 0), gain=1.35, **settings):
    found = map_events(
        image, mask, detector=DAMIC_M, classes=classes, origin=origin, separate=False
    )
    settings = {"classes": classes, "origin": origin, "gain": gain} | settings
    return add_distances(found.table, mask, pixels=found.pixels, **settings), found.labels


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_those_of_the_nearest_pixels(seed):
    image, mask = scene(np.random.default_rng(seed))
    events, labels = measured(image, mask)
    pixels = [np.argwhere(labels == number) for number in events["id"]]
    line = np.argwhere(mask == HOT)
    line = line[line[:, 1] == 7]
    bright = np.flatnonzero(events["peak"].value >= 100 * 1.35)
    assert 2 < len(bright) < len(events)
    for index, own in enumerate(pixels):
        edges = np.min([own.min(axis=0), np.array(mask.shape) - 1 - own.max(axis=0)])
        others = [cdist(own, pixels[other]).min() for other in bright if other != index]
        assert events["edge_distance"][index].value == edges
        assert events["hot_line_distance"][index].value == cdist(own, line).min()
        assert events["bright_distance"][index].value == min(others)


def test_without_lines_or_bright_events_distances_are_infinite():
    image, mask = scene(np.random.default_rng(0))
    mask[mask == HOT] = 0
    events, _ = measured(image, mask, bright=1e6)
    assert np.isinf(events["hot_line_distance"].value).all()
    assert np.isinf(events["bright_distance"].value).all()
    known, _ = measured(image, mask, hot_columns=[50])
    assert known["hot_line_distance"].value.max() <= 50


def test_what_is_not_known_has_no_column():
    image, mask = scene(np.random.default_rng(0))
    cosmics = (mask == CLUSTER).astype(np.uint8)
    events, _ = measured(image, cosmics, classes=COSMICS, gain=None)
    assert {"hot_line_distance", "bright_distance"}.isdisjoint(events.colnames)
    assert events["edge_distance"].unit == "pix"


def test_a_section_counts_from_its_own_edges():
    image, mask = scene(np.random.default_rng(1))
    whole, _ = measured(image, mask)
    part, _ = measured(image, mask, origin=(1000, 2000))
    assert (part["row"] - whole["row"]).value == pytest.approx(1000)
    for name in ("edge_distance", "hot_line_distance", "bright_distance"):
        assert (part[name] == whole[name]).all()
    peaks = add_distances(part, mask, pixels=None, classes=CLASSES, origin=(1000, 2000))
    assert (peaks["hot_line_distance"] >= whole["hot_line_distance"]).all()


def test_no_events_have_no_distances():
    events, _ = measured(np.zeros((9, 9)), np.zeros((9, 9), np.uint8))
    assert len(events) == 0
    assert "bright_distance" in events.colnames
