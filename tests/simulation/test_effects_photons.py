"""Photons one by one: their charge, how it is shared, and the limit of many."""

import numpy as np
import pytest

from ccdseg.simulation.effects.photons import photon_charge, photon_variance
from tests.refusal import refused

FE55 = np.array([1620.0])
"""Charge of 5.9 keV at room temperature (e⁻)."""


def light(mean, electrons=FE55, width=0.3, *, shape=(256, 256), fano=0.12, seed=1):
    return photon_charge(
        np.full(shape, mean),
        electrons,
        np.broadcast_to(width, electrons.shape),
        fano,
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize(("width", "fewest", "most"), [(0.15, 1, 4), (0.45, 4, 9)])
def test_a_lone_photon_leaves_its_charge_in_few_pixels(width, fewest, most):
    rng = np.random.default_rng(3)
    mean = np.zeros((40, 40))
    mean[20, 20] = 0.9
    sums, pixels = [], []
    for _ in range(300):
        charge = photon_charge(mean, FE55, np.array([width]), 0.12, rng=rng)
        if charge.any():
            sums.append(charge.sum())
            pixels.append(np.count_nonzero(charge > 0.02 * FE55[0]))
    single = np.array(sums)[np.array(sums) < 1.5 * FE55[0]]
    assert np.mean(single) == pytest.approx(1620, rel=0.005)
    assert np.std(single) == pytest.approx((0.12 * 1620) ** 0.5, rel=0.2)
    single = np.array(pixels)[np.array(sums) < 1.5 * FE55[0]]
    assert fewest <= single.min() <= fewest + 1
    assert fewest < single.max() <= most


@pytest.mark.parametrize("mean", [0.02, 1.0, 1.2, 20.0, 3000.0])
def test_mean_and_variance_are_those_of_shared_clouds(mean):
    charge = light(mean)[4:-4, 4:-4]
    assert charge.mean() == pytest.approx(1620 * mean, rel=4 / (mean * charge.size) ** 0.5)
    variance = photon_variance(np.full((9, 9), mean), FE55, np.array([0.3]))[4, 4]
    assert charge.var() == pytest.approx(variance, rel=0.12)


def test_few_and_crowded_photons_meet_where_one_takes_over():
    few, crowded = (light(mean, shape=(512, 512)) for mean in (1.11, 1.112))
    along = [np.corrcoef(x[:, 1:].ravel(), x[:, :-1].ravel())[0, 1] for x in (few, crowded)]
    assert along[0] == pytest.approx(along[1], abs=0.06)
    assert few.std() == pytest.approx(crowded.std(), rel=0.06)


def test_optical_photons_free_one_electron_each_in_their_pixel():
    charge = light(7.0, np.array([1.0]), 0.0, fano=0.0)
    assert charge.var() == pytest.approx(7, rel=0.05)
    assert np.abs(np.corrcoef(charge[:, 1:].ravel(), charge[:, :-1].ravel())[0, 1]) < 0.02


def test_photons_of_several_lines_keep_their_charges():
    charge = light(2e-4, np.array([100.0, 900.0]), 0.0, fano=0.0, shape=(1000, 1000))
    n_each = [np.count_nonzero(np.abs(charge - line) < 1e-3) for line in (100, 900)]
    assert sum(n_each) == pytest.approx(200, abs=50)
    assert n_each[0] / sum(n_each) == pytest.approx(0.5, abs=0.12)


def test_no_light_is_no_charge_and_less_than_none_is_refused():
    assert not light(0.0).any()
    with refused("number of photons is -1.0; it must not be negative"):
        light(-1.0)
