"""Spectra: lines, traces, absorption and fringes."""

import numpy as np
import pytest

from ccdseg.simulation.effects import spectra
from tests.refusal import refused

SHAPE = (101, 200)


def test_a_line_is_gaussian_and_runs_over_all_rows_tilted_and_curved():
    line = spectra.spectral_line(SHAPE, 80.0, 20.0, width=2.0, tilt=0.05, curvature=10.0)
    assert line.dtype == np.float32
    assert line.shape == SHAPE
    assert line[50, 80] == pytest.approx(20)
    assert line[50, 82] == pytest.approx(20 * np.exp(-0.5), rel=1e-5)
    centres = line @ np.arange(200) / line.sum(axis=1)
    row = np.arange(101) - 50
    assert centres == pytest.approx(80 + 0.05 * row + 10 * (row / 50) ** 2, abs=0.01)


def test_a_damped_line_has_lorentzian_wings():
    line = spectra.spectral_line((1, 2001), 1000.0, 7.0, width=1.0, damping=2.0)[0]
    assert line[1000] == pytest.approx(7)
    assert line[1200] / line[1400] == pytest.approx(4, rel=0.01)
    with refused("width of 0 px; it must be above 0"):
        spectra.spectral_line(SHAPE, 1.0, 1.0, width=0)


@pytest.mark.parametrize("wing", [np.inf, 3.0])
def test_a_trace_keeps_the_photons_of_its_spectrum(wing):
    flux = np.linspace(0, 1000, 200)
    centre = np.linspace(40, 60, 200)
    trace = spectra.spectral_trace(SHAPE, centre, flux, width=1.5, wing=wing)
    assert trace.sum(axis=0) == pytest.approx(flux, rel=1e-3)
    rows = np.arange(101)
    assert rows @ trace[:, 1:] / flux[1:] == pytest.approx(centre[1:], abs=0.1)


def test_an_order_that_leaves_the_frame_fades_with_it():
    trace = spectra.spectral_trace(SHAPE, np.linspace(90, 120, 200), np.ones(200), width=1.0)
    assert trace[:, :40].sum() == pytest.approx(40, rel=1e-3)
    column = trace.sum(axis=0)
    assert np.all(np.diff(column) <= 1e-6)
    assert np.abs(np.diff(column)).max() < 0.1
    assert column[-1] < 1e-6
    with refused("trace has a width of -1"):
        spectra.spectral_trace(SHAPE, np.zeros(200), np.ones(200), width=-1)


def test_absorption_lines_darken_the_continuum_of_the_same_star():
    bare, absorbed = (
        spectra.continuum_spectrum(
            500, n_lines=n, depth=0.9, line_width=2.0, rng=np.random.default_rng(4)
        )
        for n in (0, 30)
    )
    assert (bare > 0).all()
    assert (absorbed <= bare).all()
    assert (absorbed / bare).min() < 0.5


def test_fringes_modulate_about_one():
    factor = spectra.interference_fringes(SHAPE, 0.2, 12.0, rng=np.random.default_rng(2))
    assert factor.mean() == pytest.approx(1, abs=0.02)
    assert 0.79 < factor.min() < 0.85
    assert 1.15 < factor.max() < 1.21
    with refused("amplitude of 2; it lies from 0 to 1"):
        spectra.interference_fringes(SHAPE, 2, 12.0, rng=np.random.default_rng(2))
