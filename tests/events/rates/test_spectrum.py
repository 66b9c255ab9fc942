"""Rates per mass, time and energy."""

import numpy as np
import pytest
from astropy import units as u
from scipy.stats import chi2, poisson

from ccdseg.events.rates import bin_efficiency, choose_edges, rate_spectrum
from tests.refusal import refused

EDGES = [0, 1, 3, 4] * u.keV
ENERGY = [0.0, 0.5, 0.9, 1.0, 2.9, 3.999, 4.0, 7.0, np.nan, -1] * u.keV


def test_events_are_counted_once_and_divided_by_exposure_and_width():
    table = rate_spectrum(ENERGY, EDGES, exposure=500 * u.g * u.day)
    assert table["n_events"].tolist() == [3, 2, 1]
    np.testing.assert_allclose(table["rate"].to_value("1 / (kg day keV)"), [6, 2, 2])


def test_errors_are_the_central_interval_of_a_poisson_mean():
    table = rate_spectrum(ENERGY[:0], EDGES, exposure=1 * u.kg * u.day)
    nothing = table["rate_high"][0].value
    assert nothing == pytest.approx(chi2.ppf(0.841345, 2) / 2, rel=1e-4)
    assert table["rate_low"][0].value == 0
    three = rate_spectrum(ENERGY, EDGES, exposure=1 * u.kg * u.day)[0]
    assert three["rate_low"].value == pytest.approx(chi2.ppf(0.158655, 6) / 2, rel=1e-4)
    assert three["rate_high"].value == pytest.approx(chi2.ppf(0.841345, 8) / 2, rel=1e-4)


def test_the_interval_holds_the_true_rate_as_often_as_it_says():
    rng = np.random.default_rng(0)
    exposure, rate = 2 * u.kg * u.day, 4.0
    energy = rng.uniform(0, 2000, rng.poisson(rate * 2 * 2000)) * u.keV
    table = rate_spectrum(energy, np.arange(2001) * u.keV, exposure=exposure)
    held = (table["rate_low"].value <= rate) & (rate <= table["rate_high"].value)
    n = np.arange(100)
    holds = (chi2.ppf(0.158655, 2 * n) <= 16) | (n == 0)
    expected = poisson.pmf(n, 8)[holds & (chi2.ppf(0.841345, 2 * n + 2) >= 16)].sum()
    assert expected > 0.6827  # that of numbers is more than it says
    assert held.mean() == pytest.approx(expected, abs=4 * (0.2 / 2000) ** 0.5)


def test_rates_are_corrected_for_the_efficiency():
    efficiency = np.array([0.5, 0.0, 1.0])
    table = rate_spectrum(ENERGY, EDGES, exposure=1 * u.kg * u.day, efficiency=efficiency)
    np.testing.assert_allclose(table["corrected"].value, [6, np.nan, 1])
    np.testing.assert_allclose(table["corrected_high"][0], 2 * table["rate_high"][0])


def test_an_efficiency_is_the_mean_over_the_bin_and_0_below_its_first_energy():
    found = bin_efficiency([0.5, 1.5] * u.keV, np.array([0.4, 0.8]), [0, 0.5, 1.5, 9] * u.keV)
    np.testing.assert_allclose(found, [0, 0.6, 0.8], atol=1e-3)


def test_bins_hold_all_events_unless_they_are_told():
    energy = np.array([0.2, 5.0]) * u.keV
    for log in (False, True):
        edges = choose_edges(energy, n_bins=7, log=log)
        assert rate_spectrum(energy, edges, exposure=1 * u.kg * u.d)["n_events"].sum() == 2
    assert choose_edges(energy, n_bins=2, limits=(1, 9)).value.tolist() == [1, 5, 9]
    assert len(choose_edges(energy[:0], log=True)) == 51
    for limits, log in (((3, 1), False), ((0, 1), True), ((np.nan, 1), False)):
        with refused("The limits are"):
            choose_edges(energy, limits=limits, log=log)
    with refused("needs one above 0"):
        rate_spectrum(energy, EDGES, exposure=0 * u.kg * u.day)
