"""Depth of point-like events."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable
from scipy.special import ndtr

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.detector.silicon import point_growth, point_width
from ccdseg.events import find_events
from ccdseg.identification import estimate_depth
from ccdseg.simulation.particles import electron
from tests.refusal import refused


def events_at(depths, *, energy=5.9, error=0.01):
    widths = [point_width(energy, depth, DAMIC_M) / DAMIC_M.pixel_size for depth in depths]
    return QTable(
        {
            "energy": np.full(len(depths), energy) * u.keV,
            "point_width": widths * u.pix,
            "point_width_error": np.full(len(depths), error) * u.pix,
        }
    )


@pytest.mark.parametrize("energy", [0.5, 5.9, 30.0])
def test_the_depth_follows_from_the_spread_of_the_simulation(energy):
    depths = [20.0, 150.0, 330.0, 500.0, 660.0]
    found = estimate_depth(events_at(depths, energy=energy), detector=DAMIC_M)
    np.testing.assert_allclose(found["depth"].to_value(u.um), depths, rtol=1e-3)


def test_the_error_is_that_of_the_spread_and_never_more_than_no_knowledge():
    good, bad = (
        estimate_depth(events_at([300.0], error=error), detector=DAMIC_M) for error in (0.01, 3.0)
    )
    shifted = events_at([300.0])
    shifted["point_width"] += 0.01 * u.pix
    moved = estimate_depth(shifted, detector=DAMIC_M)["depth"] - good["depth"]
    grown = events_at([300.0])
    grown["point_width"] *= point_growth(5.9, DAMIC_M)
    without_growth = estimate_depth(grown, detector=DAMIC_M)["depth"] - good["depth"]
    expected = np.hypot(moved[0].value, without_growth[0].value)
    assert good["depth_error"][0].value == pytest.approx(expected, rel=0.1)
    assert bad["depth_error"][0].to_value(u.um) == pytest.approx(675 / 12**0.5)


def test_the_error_covers_the_path_of_an_electron():
    rng = np.random.default_rng(0)
    events = events_at([400.0] * 60, energy=30.0, error=1e-4)
    widths = [along_an_axis(electron(30.0, thickness=675.0, rng=rng)) for _ in range(60)]
    diffusion = point_width(0.0, 400.0, DAMIC_M)
    events["point_width"] = np.hypot(diffusion, widths) / DAMIC_M.pixel_size * u.pix
    found = estimate_depth(events, detector=DAMIC_M)
    pulls = (found["depth"].to_value(u.um) - 400) / found["depth_error"].to_value(u.um)
    assert 0.5 < np.median(np.abs(pulls)) < 1.5


def along_an_axis(path):
    """Standard deviation (µm) of the deposited energy along one axis, the mean of both."""
    shares = path.losses / path.losses.sum()
    away = path.positions[:, :2] - shares @ path.positions[:, :2]
    return float(np.sqrt((shares @ away**2).mean()))


def test_the_face_is_told_where_the_depth_decides():
    found = estimate_depth(events_at([50.0, 330.0, 640.0], error=0.02), detector=DAMIC_M)
    assert list(found["face"]) == ["front", "", "back"]


def test_depths_stay_in_the_silicon_and_undetermined_ones_are_not_told():
    events = events_at([300.0] * 4)
    events["point_width"] = [3.0, 8.0, np.nan, 0.1] * u.pix
    events["point_width_error"] = [0.001, np.nan, np.nan, 0.16] * u.pix
    found = estimate_depth(events, detector=DAMIC_M)
    thickness = DAMIC_M.thickness
    np.testing.assert_allclose(found["depth"].to_value(u.um)[:3], [thickness, np.nan, np.nan])
    np.testing.assert_allclose(
        found["depth_error"].to_value(u.um)[:3], [thickness / 12**0.5, np.nan, np.nan]
    )
    assert list(found["face"]) == ["back", "", "", "front"]
    assert 30 < found["depth_error"][3].to_value(u.um) < 150
    assert "depth" not in events.colnames


@pytest.mark.parametrize("excess", [0.02, 0.2])
def test_a_width_beyond_that_of_the_thickness_makes_the_error_larger(excess):
    events = events_at([DAMIC_M.thickness], energy=0.01, error=1e-4)
    events["point_width"] += excess * u.pix
    found = estimate_depth(events, detector=DAMIC_M)
    slope = 2 * 14.03 / 216.2 * np.exp(-(14.03**2) / 216.2) / 8.86e-4
    expected = min(slope * excess * DAMIC_M.pixel_size, DAMIC_M.thickness / 12**0.5)
    assert found["depth"][0].to_value(u.um) == DAMIC_M.thickness
    assert found["depth_error"][0].to_value(u.um) == pytest.approx(expected, rel=0.02)


def test_hits_at_the_edge_of_a_frame_have_believable_depths():
    """Hits of which the edge cuts off a part, or all but a tail: no error of nanometres."""
    rng = np.random.default_rng(3)
    image, mask = rng.normal(0, 0.3, (64, 1200)), np.zeros((64, 1200), np.uint8)
    true = rng.uniform(0.3, 0.93, 60)
    for number, width in enumerate(true):
        row, column = rng.uniform(-1.5, 0.5), 15 + 19 * number
        profiles = (
            np.diff(ndtr((np.arange(length + 1) - 0.5 - centre) / width))
            for length, centre in zip(image.shape, (row, column), strict=True)
        )
        counts = rng.poisson(1600 * np.outer(*profiles))
        image += DAMIC_M.gain * counts
        mask[counts > 2] = CLASSES["cluster"].index
    events = estimate_depth(find_events(image, mask, detector=DAMIC_M), detector=DAMIC_M)
    assert len(events) > 50
    known = np.isfinite(events["depth_error"])
    assert np.all(events["depth_error"][known] > 0.5 * u.um)
    width, error = (events[f"point_width{end}"][known].value for end in ("", "_error"))
    nearest = np.rint((events["column"][known].value - 15) / 19).astype(int)
    pulls = (width - true[nearest]) / error
    assert np.mean(np.abs(pulls) < 2.5) > 0.9


def test_what_is_missing_is_named():
    events = events_at([100.0])
    with refused("no diffusion"):
        estimate_depth(events, detector=replace(DAMIC_M, diffusion_a=0.0))
    events.remove_column("energy")
    with refused("no energies"):
        estimate_depth(events, detector=DAMIC_M)
