"""Straight tracks: their model recovers axis and width; points close beside them are told apart."""

import numpy as np

from ccdseg.events.separation.canvas import ClusterPixels
from ccdseg.events.separation.straight_lines import best_line
from ccdseg.events.separation.track_fit import first_track, fit_tracks
from tests.events.separation.pixels import NOISE, line, measured, round_deposits

START, END = (10.0, 5.0), (38.0, 58.0)


def test_a_fit_recovers_axis_width_and_charge():
    expected = line(START, END, 0.8, 200.0)
    charge = np.random.default_rng(3).poisson(expected).astype(float)
    own = expected > 1.5 * NOISE
    places = np.argwhere(own).astype(float)
    pixels = ClusterPixels(places, charge[own], np.ones(len(places), dtype=bool), NOISE)
    bright = places[charge[own] > 100]
    (track,) = fit_tracks([first_track(best_line(bright), bright)], pixels)
    ends = np.array([START, END])
    np.testing.assert_allclose(track.line.across(ends), 0, atol=0.1)
    np.testing.assert_allclose(track.widths(places), 0.8, atol=0.08)
    assert abs(track.expected(places).sum() / charge.sum() - 1) < 0.02


def test_an_x_ray_three_widths_beside_a_track_is_an_event():
    direction = np.subtract(END, START) / np.hypot(*np.subtract(END, START))
    middle = np.mean([START, END], axis=0)
    away = 3 * np.sqrt(0.7**2 + 1 / 12)
    row, column = middle + away * np.array([-direction[1], direction[0]])
    track, x_ray = line(START, END, 0.7, 230.0), round_deposits((row, column, 0.7, 5.9))
    found = measured(track + x_ray)
    energies = np.sort(found.table["energy"].to("keV").value)
    np.testing.assert_allclose(energies, [5.9, 230.0], rtol=0.05)
