"""Clusters fitted as point-like deposits."""

import numpy as np
import pytest

from ccdseg.events.point_fit import fit_point


def hit(spread, *, charge=3000, row=10.3, column=9.8, noise=2.0, gain=3.0, seed=0, track=0.0):
    """Signal (ADU) of a hit, electron by electron, along a track of so many pixels."""
    rng = np.random.default_rng(seed)
    along = rng.uniform(-track / 2, track / 2, charge)
    places = [row + rng.normal(0, spread, charge), column + along + rng.normal(0, spread, charge)]
    counts, *_ = np.histogram2d(*places, bins=[np.arange(22) - 0.5] * 2)
    return gain * counts + rng.normal(0, noise, counts.shape)


EVERYWHERE = np.ones((21, 21), dtype=bool)


@pytest.mark.parametrize("spread", [0.3, 0.7, 1.5])
def test_the_spread_of_a_hit_is_found_within_its_error(spread):
    fits = [
        fit_point(hit(spread, seed=seed), EVERYWHERE, noise=2.0, gain=3.0) for seed in range(30)
    ]
    pulls = [(fit.spread - spread) / fit.spread_error for fit in fits]
    assert abs(np.mean(pulls)) < 4 / 30**0.5
    assert 0.6 < np.std(pulls) < 1.4
    assert np.mean([fit.misfit for fit in fits]) == pytest.approx(1, abs=0.1)


def test_a_track_is_no_point():
    fit = fit_point(hit(0.7, track=6.0), EVERYWHERE, noise=2.0, gain=3.0)
    assert fit.misfit > 3


def test_without_a_gain_the_noise_alone_counts():
    with_gain, without = (
        fit_point(hit(0.7), EVERYWHERE, noise=2.0, gain=gain) for gain in (3.0, None)
    )
    assert without.spread == pytest.approx(with_gain.spread, rel=0.05)
    assert without.misfit > 2 * with_gain.misfit
    assert without.spread_error < with_gain.spread_error


def test_the_fit_is_of_the_chosen_pixels_alone():
    above = hit(0.7)
    pixels = np.zeros_like(EVERYWHERE)
    pixels[6:15, 6:15] = True
    spoilt = np.where(pixels, above, 1e6)
    assert fit_point(spoilt, pixels, noise=2.0, gain=3.0) == fit_point(
        above, pixels, noise=2.0, gain=3.0
    )


@pytest.mark.parametrize(
    ("above", "n_pixels", "noise"),
    [(np.full((3, 3), -1.0), 9, 1.0), (np.ones((3, 3)), 4, 1.0), (np.ones((3, 3)), 9, np.nan)],
    ids=["no signal", "too few pixels", "unknown noise"],
)
def test_what_cannot_be_fitted_has_no_spread(above, n_pixels, noise):
    pixels = np.arange(9).reshape(3, 3) < n_pixels
    fit = fit_point(above, pixels, noise=noise)
    assert np.isnan([fit.spread, fit.spread_error, fit.misfit]).all()
