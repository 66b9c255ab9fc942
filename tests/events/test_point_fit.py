"""Clusters fitted as point-like deposits."""

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.special import ndtr

from ccdseg.events.clusters import PixelList
from ccdseg.events.point_fit import fit_points


def hit(width, *, charge=3000, row=10.3, column=9.8, noise=2.0, gain=3.0, seed=0, track=0.0):
    """Signal (ADU) of a hit, electron by electron, along a track of so many pixels."""
    rng = np.random.default_rng(seed)
    along = rng.uniform(-track / 2, track / 2, charge)
    places = [row + rng.normal(0, width, charge), column + along + rng.normal(0, width, charge)]
    counts, *_ = np.histogram2d(*places, bins=[np.arange(22) - 0.5] * 2)
    return gain * counts + rng.normal(0, noise, counts.shape)


EVERYWHERE = np.ones((21, 21), dtype=bool)


def fits(hits, pixels=EVERYWHERE, *, noise=2.0, gain=3.0):
    """Fits of many hits of one shape to the same pixels of each."""
    rows, columns = (np.tile(axis, len(hits)) for axis in np.nonzero(pixels))
    cluster = np.repeat(np.arange(len(hits)), np.count_nonzero(pixels))
    above = np.concatenate([signal[pixels] for signal in hits])
    listed = PixelList(cluster, rows, columns, len(hits))
    return fit_points(above, listed, noise=np.full(len(hits), noise), gain=gain)


@pytest.mark.parametrize("width", [0.3, 0.7, 1.5])
def test_the_width_of_a_hit_is_found_within_its_error(width):
    found = fits([hit(width, seed=seed) for seed in range(30)])
    pulls = (found.width - width) / found.width_error
    assert abs(np.mean(pulls)) < 4 / 30**0.5
    assert 0.6 < np.std(pulls) < 1.4
    assert np.mean(found.misfit) == pytest.approx(1, abs=0.1)


def reference(signal, *, noise, gain):
    """Width, its error and the misfit of one hit, by scipy's Levenberg-Marquardt algorithm."""
    rows, columns = np.indices(signal.shape)

    def model(row, column, width, charge):
        f, g = (
            ndtr((axis - centre + 0.5) / width) - ndtr((axis - centre - 0.5) / width)
            for axis, centre in ((rows, row), (columns, column))
        )
        return charge * f * g

    guess, deviation = [10.0, 10.0, 0.8, signal.sum()], np.full(signal.shape, noise)
    for _ in range(2):
        fit = least_squares(
            lambda x, deviation=deviation: ((model(*x) - signal) / deviation).ravel(),
            guess,
            method="lm",
            x_scale=np.maximum(np.abs(guess), 1),
        )
        guess = fit.x
        deviation = np.sqrt(noise**2 + gain * np.maximum(model(*guess), 0))
    variance = np.linalg.inv(fit.jac.T @ fit.jac)[2, 2]
    return guess[2], variance**0.5, 2 * fit.cost / (signal.size - 4)


def test_many_hits_are_fitted_as_scipy_fits_each():
    rng = np.random.default_rng(4)
    hits = [
        hit(rng.uniform(0.3, 1.8), charge=int(10 ** rng.uniform(2.5, 5)), seed=seed, track=track)
        for seed, track in enumerate([0.0] * 30 + [3.0] * 6)
    ]
    found = fits(hits)
    for number, signal in enumerate(hits):
        width, error, misfit = reference(signal, noise=2.0, gain=3.0)
        assert found.width[number] == pytest.approx(width, abs=0.03 * error * max(misfit, 1) ** 0.5)
        assert found.width_error[number] == pytest.approx(error, rel=0.01)
        assert found.misfit[number] == pytest.approx(misfit, rel=1e-3)


def test_a_hit_is_fitted_alike_among_others_of_all_sizes():
    alone = fits([hit(0.7)], EVERYWHERE)
    rows, columns = np.nonzero(EVERYWHERE)
    small = np.nonzero(np.ones((5, 4)))
    listed = PixelList(
        np.repeat([0, 1, 2], [20, 441, 20]),
        np.concatenate([small[0], rows + 100, small[0] + 7]),
        np.concatenate([small[1], columns + 50, small[1]]),
        3,
    )
    rng = np.random.default_rng(1)
    above = np.concatenate([rng.normal(5, 2, 20), hit(0.7)[EVERYWHERE], rng.normal(5, 2, 20)])
    found = fit_points(above, listed, noise=np.full(3, 2.0), gain=3.0)
    assert found.width[1] == pytest.approx(alone.width[0], rel=1e-6)
    assert found.width_error[1] == pytest.approx(alone.width_error[0], rel=1e-6)


def test_a_track_is_no_point():
    assert fits([hit(0.7, track=6.0)]).misfit[0] > 3


def test_without_a_gain_the_noise_alone_counts():
    with_gain, without = (fits([hit(0.7)], gain=gain) for gain in (3.0, None))
    assert without.width[0] == pytest.approx(with_gain.width[0], rel=0.05)
    assert without.misfit[0] > 2 * with_gain.misfit[0]
    assert without.width_error[0] < with_gain.width_error[0]


def test_the_fit_is_of_the_chosen_pixels_alone():
    above = hit(0.7)
    pixels = np.zeros_like(EVERYWHERE)
    pixels[6:15, 6:15] = True
    spoilt = np.where(pixels, above, 1e6)
    assert fits([spoilt], pixels).width == fits([above], pixels).width


def test_a_width_that_the_pixels_do_not_tell_has_a_wide_error():
    """All charge in one pixel: any width well below a pixel fits."""
    found = fits([hit(0.03, row=10.0, column=10.0, seed=seed) for seed in range(10)])
    assert np.all(found.width < 0.25)
    assert np.all(found.width + 1.2 * found.width_error > 0.25)
    assert np.all(found.width_error < 0.4)


def test_a_width_at_the_limit_of_the_fit_has_no_error():
    rows, columns = np.indices((21, 21)) - 10
    slope = 40.0 + 2 * rows + columns
    found = fits([slope])
    assert found.width[0] == pytest.approx(8)
    assert np.isnan(found.width_error[0])


@pytest.mark.parametrize(
    ("above", "n_pixels", "noise"),
    [(np.full((3, 3), -1.0), 9, 1.0), (np.ones((3, 3)), 4, 1.0), (np.ones((3, 3)), 9, np.nan)],
    ids=["no signal", "too few pixels", "unknown noise"],
)
def test_what_cannot_be_fitted_has_no_width(above, n_pixels, noise):
    found = fits([above], np.arange(9).reshape(3, 3) < n_pixels, noise=noise, gain=None)
    assert np.isnan([found.width, found.width_error, found.misfit]).all()
