"""Photons told from cosmics by the photon of the frame."""

import numpy as np
import pytest
from scipy import ndimage

from ccdseg.classes import COSMICS
from ccdseg.estimation import estimate_photons
from ccdseg.identification.light_and_cosmics import separate_light
from ccdseg.mask import EIGHT_CONNECTED
from ccdseg.simulation.effects.photons import photon_charge

PHOTON, NOISE = 630.0, 3.0
"""Signal of a photon, and noise (ADU)."""

TRACK = np.s_[100:130, 200]
HEAVY = np.s_[300:303, 400:403]
BRIGHT = np.s_[450:453, 300:305]


@pytest.fixture(scope="module")
def frame():
    """Frame of 2000 photons per megapixel, a track of one photon's charge, and a heavy hit."""
    rng = np.random.default_rng(5)
    widths = rng.uniform(0.15, 0.4, 64)
    charge = photon_charge(np.full((512, 512), 2e-3), np.full(64, 1616.0), widths, 0.12, rng=rng)
    image = charge * PHOTON / 1616 + rng.normal(2000, NOISE, charge.shape)
    image[TRACK] += PHOTON / 30
    image[HEAVY] += 12 * PHOTON / 9
    return image


@pytest.fixture(scope="module")
def separated(frame):
    """The frame of which all that is bright is called cosmic."""
    called = (frame > 2000 + 5 * NOISE).astype(np.uint8)
    return called, separate_light(frame, called, estimate_photons(frame))


def test_photons_are_no_cosmics_but_track_and_heavy_hit_stay(separated):
    called, result = separated
    n_before, n_after = (ndimage.label(m, EIGHT_CONNECTED)[1] for m in (called, result.mask))
    assert n_before > 400
    assert n_after <= 4
    assert result.mask[HEAVY].all()
    assert result.mask[TRACK].sum() == called[TRACK].sum() > 20
    assert result.mask.dtype == np.uint8


def test_events_are_told_with_their_charge_in_photons(separated):
    _, result = separated
    kinds = np.asarray(result.events["particle"])
    number = result.events["n_photons"]
    assert np.median(number[kinds == "photon"]) == pytest.approx(1, abs=0.02)
    assert number[kinds == "pile-up"].min() >= 1.5
    assert number.max() == pytest.approx(12, rel=0.1)
    assert kinds[np.argmax(number)] == "cosmic"
    assert np.mean(kinds == "photon") > 0.85


def test_a_hit_too_bright_for_photons_is_a_cosmic_that_the_network_overlooked(frame):
    nothing = np.zeros(frame.shape, dtype=np.uint8)
    hot = frame.copy()
    hot[50, 50] += 8 * PHOTON
    result = separate_light(hot, nothing, estimate_photons(frame), classes=COSMICS)
    assert result.mask[HEAVY].all()
    assert not result.mask[TRACK].any()
    assert not result.mask[50, 50]
    assert np.count_nonzero(result.events["particle"] == "cosmic") == 1


def test_a_pile_up_is_light_where_photons_are_dense_and_a_cosmic_where_they_are_rare():
    rng = np.random.default_rng(6)
    image = rng.normal(1000, NOISE, (512, 512))
    mean = np.full(image.shape, 3e-4)
    mean[:, :100] = 0.02
    image += photon_charge(mean, np.full(8, 1616.0), np.full(8, 0.2), 0.12, rng=rng) * (
        PHOTON / 1616
    )
    rare, dense = np.s_[250:252, 400:402], np.s_[250:252, 50:52]
    for place in (rare, dense):
        image[place] = 1000 + 3 * PHOTON / 4
    called = np.zeros(image.shape, dtype=np.uint8)
    called[rare] = called[dense] = 1
    result = separate_light(image, called, estimate_photons(image))
    assert result.mask[rare].all()
    assert not result.mask[dense].any()


def test_hundreds_of_heavy_hits_are_light_of_another_energy_and_tracks_and_the_brightest_stay(
    frame,
):
    rng = np.random.default_rng(8)
    image = frame.copy()
    for row, column in rng.integers(5, 505, (80, 2)):
        image[row : row + 2, column : column + 2] += 6 * PHOTON / 4
    image[400:440, 100] += 8 * PHOTON / 40
    image[BRIGHT] += 10 * PHOTON
    called = (image > 2000 + 5 * NOISE).astype(np.uint8)
    result = separate_light(image, called, estimate_photons(frame))
    assert result.mask[400:440, 100].mean() > 0.9
    assert result.mask[BRIGHT].all()
    assert not result.mask[HEAVY].any()
    assert ndimage.label(result.mask, EIGHT_CONNECTED)[1] <= 9
    called[BRIGHT] = 0
    assert not separate_light(image, called, estimate_photons(frame)).mask[BRIGHT].any()
