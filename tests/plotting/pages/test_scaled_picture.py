"""The picture of a frame on its page, its cut-outs and outlines."""

import numpy as np
import pytest

from ccdseg.classes import CLASSES
from ccdseg.plotting.pages.colours import LEVELS
from ccdseg.plotting.pages.event_view.cutouts import BAD, OWN, Cutouts
from ccdseg.plotting.pages.event_view.outlines import find_outlines
from ccdseg.plotting.pages.scaled_picture import ScaledPicture


def signals(picture):
    contrast = picture.contrast
    return contrast.black + contrast.knee * np.sinh(picture.levels / LEVELS)


def test_a_small_frame_keeps_its_pixels(scene):
    image, mask, _, _ = scene
    picture = ScaledPicture.of(image, mask, classes=CLASSES)
    assert picture.block == 1
    finite = np.isfinite(image)
    step = picture.contrast.knee * np.cosh(picture.levels / LEVELS) / LEVELS
    assert np.all(np.abs(signals(picture) - image)[finite] <= 0.51 * step[finite])
    np.testing.assert_array_equal(picture.bad, ~finite)
    for name, layer in picture.layers.items():
        np.testing.assert_array_equal(layer, mask == CLASSES[name].index)


def test_a_large_frame_in_strips_keeps_the_brightest_of_each_block(scene, monkeypatch):
    image, mask, _, _ = scene
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 2000)
    picture = ScaledPicture.of(image, mask, classes=CLASSES, most_pixels=2700)
    assert picture.block == 3
    assert picture.levels.shape == (40, 67)
    padded = np.pad(np.nan_to_num(image, nan=-np.inf), [(0, 0), (0, 1)], constant_values=-np.inf)
    expected = padded.reshape(40, 3, 67, 3).max(axis=(1, 3))
    np.testing.assert_allclose(signals(picture), expected, rtol=0.02, atol=0.05)
    assert picture.layers["hot pixel"].sum() == 34  # rows 10 to 109


def test_cutouts_hold_the_pixels_of_their_events(scene):
    image, mask, events, labels = scene
    cutouts = Cutouts.of(image, mask, events=events, labels=labels)
    assert cutouts.n_events == 3
    for number, event in enumerate(events):
        place = {name: values[number] for name, values in cutouts.places.items()}
        area = (
            slice(place["row"], place["row"] + place["height"]),
            slice(place["column"], place["column"] + place["width"]),
        )
        pixels = slice(place["start"], place["start"] + place["height"] * place["width"])
        level = cutouts.levels[pixels].reshape(image[area].shape)
        finite = np.isfinite(image[area])
        np.testing.assert_array_equal(level == BAD, ~finite)
        signal = place["zero"] + place["step"] * level.astype(float)
        np.testing.assert_allclose(signal[finite], image[area][finite], atol=0.02)
        classes = cutouts.classes[pixels].reshape(level.shape)
        np.testing.assert_array_equal(classes % OWN, mask[area])
        np.testing.assert_array_equal(classes >= OWN, labels[area] == event["id"])
        assert np.count_nonzero(classes >= OWN) == event["n_pixels"].value


def test_a_full_page_has_cutouts_of_the_brightest(scene):
    image, mask, events, labels = scene
    cutouts = Cutouts.of(image, mask, events=events, labels=labels, most_bytes=2500)
    brightest = np.argmax(events["signal"].value)
    np.testing.assert_array_equal(cutouts.places["start"] >= 0, np.arange(len(events)) == brightest)


def test_a_long_event_is_cut_out_in_blocks():
    from ccdseg.events import map_events

    image, mask = np.random.default_rng(1).normal(0, 1, (20, 700)), np.zeros((20, 700), np.uint8)
    image[10, 50:650] += 300
    mask[10, 50:650] = CLASSES["cluster"].index
    found = map_events(image, mask)
    cutouts = Cutouts.of(image, mask, events=found.table, labels=found.labels)
    assert cutouts.places["block"].tolist() == [3]
    width = cutouts.places["width"][0]
    assert width == pytest.approx((600 + 12) / 3, abs=1)
    assert np.count_nonzero(cutouts.classes >= OWN) == pytest.approx(200, abs=1)


def test_outlines_surround_the_pixels_of_their_events(scene):
    from matplotlib.path import Path

    *_, events, labels = scene
    outlines = find_outlines(labels, events=events, origin=(0, 0))
    rows, columns = np.indices(labels.shape)
    places = np.column_stack([columns.ravel(), rows.ravel()])
    for event, (x, y) in zip(events, outlines, strict=True):
        inside = Path(np.column_stack([x, y])).contains_points(places)
        np.testing.assert_array_equal(inside.reshape(labels.shape), labels == event["id"])
        assert len(x) < 30
    moved = find_outlines(labels, events=events[:0], origin=(5, 7))
    assert moved == []
