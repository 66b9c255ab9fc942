"""Diffusion and thickness recovered from simulated muons and X-rays."""

from dataclasses import replace

import numpy as np
import pytest

from ccdseg.detector import DAMIC_M
from ccdseg.detector.silicon import diffusion_width, point_growth
from ccdseg.estimation.diffusion import NAMES, XrayWidths, estimate_diffusion
from ccdseg.estimation.diffusion.thickness import loss_probability
from ccdseg.estimation.diffusion.track_fit import fit_tracks
from ccdseg.estimation.diffusion.track_model import TrackModel, TrackPixels
from ccdseg.simulation.particles import deposit, muon, xray_depth
from tests.refusal import refused as raises

CONNIE = replace(DAMIC_M, name="CONNIE", diffusion_a=258.8, diffusion_b=9.82e-4)
STEEP = replace(DAMIC_M, name="steep", diffusion_a=203.0, diffusion_b=1.37e-3)
NOISE = 1.6  # e⁻
NOTHING = XrayWidths(*np.zeros((3, 0)))


def muon_pixels(zenith, *, detector, rng):
    """Pixels of a simulated muon, with its ends a little off."""
    path = muon(zenith, thickness=detector.thickness, rng=rng)
    charge = deposit(path, detector=detector, rng=rng)
    pixel = detector.pixel_size
    length = detector.thickness * np.tan(zenith) / pixel
    axis = np.array([np.sin(path.azimuth), np.cos(path.azimuth)])
    ends = np.array([[-0.5, -0.5], length * axis - 0.5])
    low, high = np.floor(ends.min(0)).astype(int) - 6, np.ceil(ends.max(0)).astype(int) + 7
    rows, columns = np.mgrid[low[0] : high[0], low[1] : high[1]]
    image = rng.normal(0, NOISE, rows.shape)
    row, column = charge.rows - low[0], charge.columns - low[1]
    inside = (row >= 0) & (row < rows.shape[0]) & (column >= 0) & (column < rows.shape[1])
    image[row[inside], column[inside]] += charge.drawn[inside]
    across = np.abs((rows + 0.5) * axis[1] - (columns + 0.5) * axis[0])
    kept = across < 5
    guess = ends + rng.normal(0, 0.5, (2, 2))
    return TrackPixels(rows[kept], columns[kept], image[kept], NOISE, guess)


def xrays(n, *, detector, rng):
    """Widths of X-rays of 5.9 keV at the back face, measured to 0.03 px."""
    depth = xray_depth(np.full(n, 5.9), "back", thickness=detector.thickness, rng=rng)
    width = diffusion_width(depth, detector) / detector.pixel_size * point_growth(5.9, detector)
    return XrayWidths(np.full(n, 5.9), width + rng.normal(0, 0.03, n), np.full(n, 0.03))


@pytest.fixture(scope="module")
def from_muons():
    rng = np.random.default_rng(4)
    tracks = [muon_pixels(rng.uniform(0.25, 0.75), detector=CONNIE, rng=rng) for _ in range(9)]
    return estimate_diffusion(tracks, NOTHING, detector=DAMIC_M)


def test_muons_tell_diffusion_and_thickness(from_muons):
    for name, most in (("diffusion_a", 0.12), ("diffusion_b", 0.15), ("thickness", 0.12)):
        found, true = getattr(from_muons.detector, name), getattr(CONNIE, name)
        assert found == pytest.approx(true, rel=most)
        assert 0.002 * true < from_muons.errors[name] < most * true
    depth = np.array([200.0, 600.0])
    widths = diffusion_width(depth, from_muons.detector) / diffusion_width(depth, CONNIE)
    np.testing.assert_allclose(widths, 1, atol=0.06)
    assert from_muons.thickness_from == "muons"


def test_the_narrow_end_is_the_front_face(from_muons):
    ends = np.array([one.ends for one in from_muons.muons.tracks])
    assert np.abs(ends[:, :2] + 0.5).max() < 1.0


@pytest.mark.parametrize("detector", [DAMIC_M, STEEP], ids=lambda one: one.name)
def test_xrays_at_the_back_face_tell_the_diffusion_of_silicon_of_known_thickness(detector):
    widths = xrays(300, detector=detector, rng=np.random.default_rng(2))
    found = estimate_diffusion([], widths, detector=DAMIC_M, thickness=675.0)
    assert found.detector.thickness == pytest.approx(675.0, abs=1e-6)
    assert (found.thickness_from, found.errors["thickness"]) == ("told", 0.0)
    back = np.array(650.0)
    assert diffusion_width(back, found.detector) == pytest.approx(
        diffusion_width(back, detector), rel=0.01
    )
    for name in NAMES[:2]:
        away = getattr(found.detector, name) - getattr(detector, name)
        assert abs(away) < 3.5 * found.errors[name]
    if detector is STEEP:  # the slope at the back face tells A and B apart
        assert found.errors["diffusion_a"] < 0.12 * detector.diffusion_a


def test_too_little_is_refused():
    widths = xrays(10, detector=DAMIC_M, rng=np.random.default_rng(0))
    with raises("10 X-rays"):
        estimate_diffusion([], widths, detector=DAMIC_M)


def test_derivatives_of_the_model_are_those_of_its_charges():
    rng = np.random.default_rng(1)
    track = muon_pixels(0.5, detector=DAMIC_M, rng=rng)
    ends, diffusion = track.ends.ravel(), np.array([0.1, 0.3])
    charge = rng.uniform(100, 900, track.n_nodes)
    derivatives = TrackModel(track, ends, diffusion).derivatives(charge)
    values, step = np.concatenate([ends, diffusion]), 1e-5
    for index in range(6):
        high, low = (
            TrackModel(track, moved[:4], moved[4:]).shares @ charge
            for moved in (values + step * np.eye(6)[index], values - step * np.eye(6)[index])
        )
        np.testing.assert_allclose(derivatives[:, index], (high - low) / (2 * step), atol=0.05)


def test_a_fixed_diffusion_stays():
    track = muon_pixels(0.6, detector=DAMIC_M, rng=np.random.default_rng(3))
    diffusion = np.array([0.0, 0.4])
    np.testing.assert_array_equal(fit_tracks([track], diffusion, fixed=True).diffusion, diffusion)


def test_losses_of_muons_are_as_probable_as_they_are_frequent():
    rng = np.random.default_rng(0)
    losses = [muon(0.0, thickness=675.0, rng=rng).losses.sum() for _ in range(400)]
    energy = np.linspace(100, 1500, 1401)
    below = np.cumsum(loss_probability(energy, np.full(len(energy), 675.0)))
    for share in (0.16, 0.5, 0.84):
        assert np.interp(np.quantile(losses, share), energy, below) == pytest.approx(
            share, abs=0.08
        )
