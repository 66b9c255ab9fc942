"""Depth of point-like events."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable

from ccdseg.detector import DAMIC_M
from ccdseg.identification import estimate_depth
from ccdseg.simulation.particles import electron
from ccdseg.simulation.particles.silicon import point_growth, point_width
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


def test_depths_stay_in_the_silicon_and_unfitted_events_have_none():
    events = events_at([300.0, 300.0])
    events["point_width"] = [9.0, np.nan] * u.pix
    found = estimate_depth(events, detector=DAMIC_M)
    assert found["depth"][0].to_value(u.um) == DAMIC_M.thickness
    assert np.isnan(found["depth"][1])
    assert np.isnan(found["depth_error"][1])
    assert found["face"][1] == ""
    assert "depth" not in events.colnames


def test_what_is_missing_is_named():
    events = events_at([100.0])
    with refused("no diffusion"):
        estimate_depth(events, detector=replace(DAMIC_M, diffusion_a=0.0))
    events.remove_column("energy")
    with refused("no energies"):
        estimate_depth(events, detector=DAMIC_M)
