"""From paths to charge in pixels, against direct integration and statistics."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import dblquad

from ccdseg.detector import DAMIC
from ccdseg.simulation.particles import (
    Deposit,
    Path,
    cut_at_row,
    deposit,
    electron,
    energy_map,
    point,
)
from tests.refusal import refused

PIXEL = DAMIC.pixel_size
MODULE = sys.modules[Deposit.__module__]

PIXELS = ("rows", "columns", "expected", "drawn")


def path(positions, losses, width=None):
    return Path("electron", np.array(positions, float), np.array(losses, float), np.zeros(3), width)


def put(energy, row, column, depth=400.0):
    """Point at a place in pixels."""
    made = point(energy, depth, detector=DAMIC)
    made.positions[0, :2] = column * PIXEL, row * PIXEL
    return made


def picture(made, shape, detector=DAMIC):
    """Energy in a frame."""
    energy, top, left = energy_map(made, detector=detector)
    frame = np.zeros(shape)
    for (row, column), value in np.ndenumerate(energy):
        if 0 <= row + top < shape[0] and 0 <= column + left < shape[1]:
            frame[row + top, column + left] = value
    return frame


@pytest.mark.parametrize(("row", "column", "sigma"), [(3.3, 4.9, 0.4), (2.5, 3.0, 1.3)])
def test_a_pixel_gets_the_integral_of_the_gaussian_over_it(row, column, sigma):
    made = path([[column * PIXEL, row * PIXEL, 300]], [7.0], width=sigma * PIXEL)
    frame = picture(made, (6, 8))

    def density(x, y):
        return np.exp(-((y - row) ** 2 + (x - column) ** 2) / 2 / sigma**2) / 2 / np.pi / sigma**2

    for i, j in [(2, 3), (3, 4), (3, 5), (1, 2), (0, 3)]:
        share, _ = dblquad(density, i, i + 1, j, j + 1)
        assert frame[i, j] == pytest.approx(7 * share, rel=1e-5, abs=1e-7)


def test_a_deposit_keeps_the_energy():
    rng = np.random.default_rng(1)
    made = path(rng.uniform(-50, [900, 600, 675], (200, 3)), rng.gamma(1, 2, 200))
    energy, _, _ = energy_map(made, detector=DAMIC)
    assert energy.sum() == pytest.approx(made.energy, rel=1e-4)
    assert energy.min() >= 0


def test_deposits_add_up():
    places = [[3.0, 4.0, 500.0], [70.0, 20.0, 100.0]]
    both, first, second = (
        picture(path(places, losses), (20, 20)) for losses in ([5, 2], [5, 0], [0, 2])
    )
    np.testing.assert_allclose(both, first + second, atol=1e-12)


@pytest.mark.parametrize(("row", "column"), [(4.3, 5.4), (3.99, 6.0), (6.5, 4.5), (-3.2, -7.7)])
def test_a_point_lies_at_its_position(row, column):
    """Pixel i reaches from i to i + 1: the middle of the first is 0.5."""
    energy, top, left = energy_map(put(5.9, row, column), detector=DAMIC)
    rows = np.arange(energy.shape[0]) + top + 0.5
    columns = np.arange(energy.shape[1]) + left + 0.5
    assert rows @ energy.sum(1) / energy.sum() == pytest.approx(row, abs=1e-4)
    assert columns @ energy.sum(0) / energy.sum() == pytest.approx(column, abs=1e-4)


def test_columns_come_first_in_a_position():
    frame = picture(path([[10.5 * PIXEL, 2.5 * PIXEL, 0]], [1.0]), (5, 12))
    assert np.unravel_index(frame.argmax(), frame.shape) == (2, 10)


def test_the_pixel_size_is_that_of_the_detector():
    made = path([[105.0, 45.0, 0.0]], [1.0])
    frame = picture(made, (8, 12), replace(DAMIC, pixel_size=10.0))
    assert np.unravel_index(frame.argmax(), frame.shape) == (4, 10)


def test_each_loss_spreads_by_its_own_depth():
    made = path([[52.5, 52.5, 600.0], [352.5, 52.5, 0.0]], [1.0, 1.0])
    frame = picture(made, (7, 27))
    assert frame[3, 23] == pytest.approx(1.0)
    width = (-DAMIC.diffusion_a * np.log(1 - DAMIC.diffusion_b * 600)) ** 0.5 / PIXEL
    in_pixel, _ = dblquad(
        lambda x, y: np.exp(-(x * x + y * y) / 2 / width**2) / 2 / np.pi / width**2,
        *(-0.5, 0.5, -0.5, 0.5),
    )
    assert frame[3, 3] == pytest.approx(in_pixel, rel=1e-5)


@pytest.mark.parametrize("steps_at_once", [1, 7, 10**6])
def test_a_long_track_in_parts_is_the_track_at_once(monkeypatch, steps_at_once):
    made = electron(1500.0, thickness=675.0, rng=np.random.default_rng(0))
    assert len(made.losses) > 400
    usual, *corner = energy_map(made, detector=DAMIC)
    monkeypatch.setattr(MODULE, "_STEPS_AT_ONCE", steps_at_once)
    other, *same_corner = energy_map(made, detector=DAMIC)
    assert corner == same_corner
    np.testing.assert_allclose(other, usual, atol=2e-5 * usual.max())


def test_charge_is_whole_and_all_of_it_is_shared_out():
    rng = np.random.default_rng(1)
    made = electron(300.0, thickness=675.0, rng=rng)
    charge = deposit(made, detector=DAMIC, rng=rng)
    assert charge.drawn.dtype == np.int64
    assert charge.drawn.min() >= 0
    assert charge.expected.sum() == pytest.approx(charge.drawn.sum())
    electrons = made.energy * 1000 / DAMIC.pair_energy
    assert charge.drawn.sum() == pytest.approx(electrons, abs=5 * (0.119 * electrons) ** 0.5)
    assert len({*zip(charge.rows.tolist(), charge.columns.tolist(), strict=True)}) == len(
        charge.rows
    )


def test_the_mean_charge_is_shared_as_the_energy():
    made = put(20.0, -1.3, 2.4)
    energy, top, left = energy_map(made, detector=DAMIC)
    charge = deposit(made, detector=DAMIC, rng=np.random.default_rng(1))
    shares = energy[charge.rows - top, charge.columns - left] / energy.sum()
    np.testing.assert_allclose(charge.expected / charge.expected.sum(), shares, rtol=1e-4)
    assert shares.sum() == pytest.approx(1, abs=1e-4)
    assert shares.min() > 1e-6


def test_charge_fluctuates_by_fano_in_sum_and_by_chance_from_pixel_to_pixel():
    rng, n = np.random.default_rng(1), 3000
    made = put(1.0, 3.5, 3.2)
    drawn = [deposit(made, detector=DAMIC, rng=rng).drawn for _ in range(n)]
    mean = 1000 / DAMIC.pair_energy
    totals = np.sum(drawn, axis=1)
    error = (2 / n) ** 0.5
    assert abs(totals.mean() - mean) < 4 * (0.119 * mean / n) ** 0.5
    assert totals.var() == pytest.approx(0.119 * mean + 1 / 12, rel=4 * error)
    share = deposit(made, detector=DAMIC, rng=rng).expected
    share = share / share.sum()
    brightest, other = np.argsort(share)[-2:][::-1]
    for pixel in (brightest, other):
        p = share[pixel]
        counts = np.array([charge[pixel] for charge in drawn])
        variance = mean * p * (1 - p) + 0.119 * mean * p**2
        assert abs(counts.mean() - mean * p) < 4 * (variance / n) ** 0.5
        assert counts.var() == pytest.approx(variance, rel=4 * error)
    first, second = (np.array([charge[pixel] for charge in drawn]) for pixel in (brightest, other))
    covariance = (0.119 - 1) * mean * share[brightest] * share[other]
    found = np.cov(first, second)[0, 1]
    assert abs(found - covariance) < 4 * (first.var() * second.var() / n) ** 0.5


def test_a_deposit_too_faint_for_one_electron_leaves_none():
    charge = deposit(put(1e-4, 2.0, 2.0), detector=DAMIC, rng=np.random.default_rng(1))
    assert charge.drawn.sum() == 0
    np.testing.assert_array_equal(charge.expected, 0)


def test_no_energy_leaves_no_pixel():
    made = path([[0.0, 0.0, 300.0]], [0.0])
    charge = deposit(made, detector=DAMIC, rng=np.random.default_rng(1))
    assert [len(getattr(charge, name)) for name in PIXELS] == [0, 0, 0, 0]


def test_the_seed_decides_the_charge():
    first, again, other = (
        deposit(put(5.9, 3.0, 3.0), detector=DAMIC, rng=np.random.default_rng(seed)).drawn
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()


HIT = Deposit(
    np.array([3, 4, 4, 5]),
    np.array([1, 1, 2, 1]),
    np.array([1.5, 2.0, 4.0, 0.5]),
    np.array([1, 2, 4, 1]),
)


@pytest.mark.parametrize(
    ("row", "above"), [(3, []), (4, [0]), (5, [0, 1, 2]), (6, [0, 1, 2, 3]), (-1, [])]
)
def test_a_hit_is_cut_at_a_row_into_two_parts(row, above):
    below = [i for i in range(4) if i not in above]
    for keep, kept in (("above", above), ("below", below)):
        part = cut_at_row(HIT, row, keep=keep)
        assert part.cut == ("" if len(kept) == 4 else keep)
        for name in PIXELS:
            np.testing.assert_array_equal(getattr(part, name), getattr(HIT, name)[kept])


def test_an_unknown_side_to_keep_is_refused():
    with refused("'left'"):
        cut_at_row(HIT, 4, keep="left")
