"""Charge of single photons, read off simulated frames and a real one."""

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.estimation import estimate_photons, told_photons
from ccdseg.simulation.effects.photons import photon_charge

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GAIN, NOISE = 0.39, 3.0
"""ADU per electron, and ADU."""


def frame(density, *, electrons=1616.0, widest=0.4, edge=512, seed=1):
    """Frame (ADU) with photons of 5.9 keV at room temperature."""
    rng = np.random.default_rng(seed)
    widths = rng.uniform(0.1, widest, 64)
    charge = photon_charge(
        np.full((edge, edge), density), np.full(64, electrons), widths, 0.12, rng=rng
    )
    return charge * GAIN + rng.normal(2000, NOISE, charge.shape)


@pytest.mark.parametrize("density", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("widest", [0.2, 0.6])
def test_the_charge_of_a_photon_is_found_to_one_percent(density, widest):
    found = estimate_photons(frame(density, widest=widest))
    assert found.charge == pytest.approx(1616 * GAIN, rel=0.01)
    assert abs(found.charge - 1616 * GAIN) < 4 * found.charge_error
    assert found.density == pytest.approx(density, rel=0.15)


def test_a_large_frame_is_taken_strip_by_strip(monkeypatch):
    large = frame(0.01, edge=516)  # the last strip is too thin to count
    whole, told = estimate_photons(large), told_photons(large, 1616 * GAIN)
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 128 * 516)
    in_strips = estimate_photons(large)
    assert in_strips.charge == pytest.approx(whole.charge, rel=0.003)
    assert in_strips.n_isolated == pytest.approx(whole.n_isolated, rel=0.05)
    assert in_strips.density == pytest.approx(whole.density, rel=0.05)
    assert told_photons(large, 1616 * GAIN).density == pytest.approx(told.density, rel=0.05)


@pytest.mark.parametrize("widest", [0.2, 0.4, 0.6])
def test_a_tenth_of_a_photon_per_pixel_is_dense_but_shows_its_charge(widest):
    found = estimate_photons(frame(0.1, widest=widest))
    assert found.charge == pytest.approx(1616 * GAIN, rel=0.01)


def test_energy_and_gain_follow_from_each_other():
    found = estimate_photons(frame(0.005))
    energy = found.energy(gain=GAIN, pair_energy=3.65)
    assert energy == pytest.approx(5.9, rel=0.01)
    assert found.gain(energy, pair_energy=3.65) == pytest.approx(GAIN)
    assert set(found.to_dict()) >= {"charge", "charge_error", "density"}


def test_a_slope_below_the_photons_does_not_change_their_charge():
    tilted = frame(0.005) + np.linspace(0, 60, 512)
    assert estimate_photons(tilted).charge == pytest.approx(1616 * GAIN, rel=0.01)


def test_what_has_no_line_is_no_photon():
    rng = np.random.default_rng(2)
    noise = rng.normal(2000, NOISE, (256, 256))
    assert estimate_photons(noise) is None
    assert estimate_photons(np.zeros((256, 256))) is None
    assert estimate_photons(noise[:5]) is None
    places = rng.integers(3, 253, (2, 300))
    noise[*places] += np.exp(rng.uniform(np.log(30), np.log(5000), 300))  # of all charges
    assert estimate_photons(noise) is None


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the real frames")
def test_iron_55_shows_its_line_on_a_real_frame_and_dark_charge_shows_none():
    pixels = fits.getdata(DATA / "esis_fe55_frame.fits.gz").astype(float)
    sections = [
        pixels[rows, columns] - np.median(pixels[rows, columns])
        for rows in (np.s_[:515], np.s_[525:])
        for columns in (np.s_[55:1020], np.s_[1130:2095])
    ]
    found = estimate_photons(np.concatenate(sections))
    assert found.charge == pytest.approx(630, rel=0.04)
    with fits.open(DATA / "damicm_module_frame.fits.fz") as hdus:
        for name in ("CCD_B", "CCD_C", "CCD_D"):
            assert estimate_photons(hdus[name].data) is None
