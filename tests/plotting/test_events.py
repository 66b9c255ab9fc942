"""Pictures of events: what they show."""

import numpy as np
import pytest
from astropy import units as u

from ccdseg import plotting
from ccdseg.classes import CLASSES, COSMICS
from ccdseg.detector import DAMIC_M
from ccdseg.evaluation import DetectionCurve, match_events, particle_report
from ccdseg.events import find_events

CLUSTER = CLASSES["cluster"].index


@pytest.fixture
def scene():
    rng = np.random.default_rng(0)
    image, mask = rng.normal(0, 1, (50, 80)), np.zeros((50, 80), np.uint8)
    for box in (np.s_[10:14, 20:26], np.s_[46:50, 76:80]):
        image[box] += 300
        mask[box] = CLUSTER
    return image, mask


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_events_are_outlined_and_numbered_where_they_lie(scene):
    image, mask = scene
    figure = plotting.show_events(
        image, mask, find_events(image, mask, origin=(100, 200)), origin=(100, 200), title="frame"
    )
    axes = figure.axes[0]
    assert texts(axes) == ["2", "1"] or texts(axes) == ["1", "2"]
    (outline,) = axes.collections
    corners = np.concatenate([path.vertices for path in outline.get_paths()])
    assert corners[:, 0].min() == pytest.approx(219.5)
    assert corners[:, 1].min() == pytest.approx(109.5)
    assert corners[:, 1].max() == pytest.approx(149.5)
    for text in axes.texts:
        assert 200 <= text.xy[0] < 280
        assert 100 <= text.xy[1] < 150
    assert axes.get_title() == "2 events"


def test_an_overlay_tints_and_outlines_the_particles(scene):
    image, mask = scene
    figure = plotting.show_overlay(image, (mask > 0).astype(np.uint8), classes=COSMICS, title="a")
    axes = figure.axes[0]
    picture, tint = (drawn.get_array() for drawn in axes.images)
    np.testing.assert_array_equal(tint[..., 3] > 0, mask > 0)
    assert 0 < tint[..., 3].max() < 1
    assert picture.shape == mask.shape
    assert len(axes.collections) == 1
    assert axes.get_title() == "cosmic: 40 px, 1.00 %"
    plotting.put_first_row_on_top(figure)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    empty = plotting.show_overlay(image, 0 * mask)
    assert empty.axes[0].get_title() == "cluster: 0 px, 0.00 %"


def test_of_many_events_the_brightest_are_numbered():
    rng = np.random.default_rng(0)
    image, mask = rng.normal(0, 1, (120, 120)), np.zeros((120, 120), np.uint8)
    mask[5::8, 5::8] = CLUSTER
    image[mask == CLUSTER] += 50
    image[5, 5] += 500
    events = find_events(image, mask)
    figure = plotting.show_events(image, mask, events)
    assert len(figure.axes[0].texts) == 150
    assert "1" in texts(figure.axes[0])
    assert figure.axes[0].get_title() == f"{len(events)} events, the 150 brightest numbered"


def test_a_frame_without_events_is_shown(scene):
    image, mask = scene
    figure = plotting.show_events(image, 0 * mask, find_events(image, 0 * mask))
    assert figure.axes[0].get_title() == "0 events"


def test_a_large_frame_is_outlined_at_the_right_place():
    image, mask = np.zeros((1700, 1800)), np.zeros((1700, 1800), np.uint8)
    image[900:930, 1200:1260] = 100
    mask[900:930, 1200:1260] = CLUSTER
    figure = plotting.show_events(image, mask, find_events(image, mask))
    (outline,) = figure.axes[0].collections
    corners = np.concatenate([path.vertices for path in outline.get_paths()])
    np.testing.assert_allclose(corners.min(axis=0), [1199.5, 899.5], atol=3)
    np.testing.assert_allclose(corners.max(axis=0), [1259.5, 929.5], atol=3)


def test_the_frame_beside_its_segmentation_can_be_numbered(scene):
    image, mask = scene
    figure = plotting.show_frame(image, mask, events=find_events(image, mask))
    assert sorted(texts(figure.axes[0])) == ["1", "2"]


def test_spectra_count_every_event(scene):
    events = find_events(*scene, detector=DAMIC_M)
    figure = plotting.show_spectrum(events, lines={"Mn Kα": 5.9})
    whole, low = figure.axes
    assert whole.get_xlabel() == low.get_xlabel() == "energy (keV)"
    (stairs,) = whole.patches
    assert stairs.get_data().values.sum() == 2
    assert texts(low) == [" Mn Kα"]
    plain = plotting.show_spectrum(find_events(*scene), title="frame")
    assert [axes.get_xlabel() for axes in plain.axes] == ["signal (ADU)"]
    image, mask = scene
    for detector in (None, DAMIC_M):
        empty = plotting.show_spectrum(find_events(image, 0 * mask, detector=detector))
        assert empty.axes[0].get_title() == "0 events"


def test_scores_of_events_are_drawn_by_energy(scene):
    events = find_events(*scene, detector=DAMIC_M)
    figure = plotting.show_match(match_events(events, events), [0.1, 1, 10, 100] * u.keV)
    found, bias, resolution, residual = figure.axes
    values = [patch.get_data().values for patch in found.patches]
    assert all(np.nanmin(value) == np.nanmax(value) == 1 for value in values)
    for axes, unit in ((bias, "%"), (resolution, "%"), (residual, "px")):
        assert unit in axes.get_ylabel()


def test_detection_curves_get_a_panel_each():
    energy = np.geomspace(0.01, 1, 5)
    curves = [
        DetectionCurve(spread, 1.6, dark, energy, energy, energy**0.5, 0.2, 4)
        for spread, dark in ((0.4, 0.0), (0.7, 0.0), (1.0, 0.01), (1.3, 0.0))
    ]
    figure = plotting.show_detection(curves)
    assert len(figure.axes) == 4
    assert figure.axes[1].get_title() == "σ = 0.7 px, noise 1.6 e⁻"
    assert figure.axes[2].get_title() == "σ = 1 px, noise 1.6 e⁻, dark charge 0.01 e⁻"
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xdata(), 1000 * energy)


def test_confusions_get_a_panel_each():
    true = np.array(["muon", "muon", "alpha"])
    found = np.array(["muon", "electron", "alpha"])
    report = particle_report(true, found)
    figure = plotting.show_identification({"all": report, "above 20 keV": report})
    assert [axes.get_title() for axes in figure.axes] == ["all", "above 20 keV"]
    counts = np.array([int(text) for text in texts(figure.axes[0])]).reshape(4, 5)
    np.testing.assert_array_equal(counts, report.confusion[:-1])
