"""Efficiency for faint hits beside the matched filter."""

import numpy as np
import pytest
from scipy.special import ndtr

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.evaluation import DetectionCurve, detection_curve, matched_filter
from tests.refusal import refused

CLUSTER = CLASSES["cluster"].index
DETECTOR = Detector("test", pedestal=100.0, read_noise=4.0, gain=2.0, fano=0.1)
SIZE = {"n_frames": 2, "n_empty": 6, "shape": (192, 192)}


def test_the_filter_of_noise_is_normal_and_of_a_hit_its_significance():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 3.0, (400, 400))
    filtered = matched_filter(noise, width=0.8, noise=3.0)[10:-10, 10:-10]
    assert filtered.std() == pytest.approx(1, abs=0.02)
    assert filtered.mean() == pytest.approx(0, abs=0.02)
    edges = np.arange(-20, 22) - 0.5
    profile = np.diff(ndtr(edges / 0.8))
    hit = 100 * np.outer(profile, profile)
    best = 100 * (profile @ profile) / 3.0
    found = matched_filter(hit, width=0.8, noise=3.0).max()
    assert 0.97 * best < found <= best


@pytest.mark.parametrize(("width", "noise"), [(0.0, 1.0), (1.0, 0.0)])
def test_a_filter_without_width_or_noise_is_refused(width, noise):
    with refused("must be above 0"):
        matched_filter(np.zeros((4, 4)), width=width, noise=noise)


def by_filter(threshold, width=0.8):
    """A segmentation that is the matched filter itself."""

    def segment(image):
        charge = (image - DETECTOR.pedestal) / DETECTOR.gain
        noise = DETECTOR.noise / DETECTOR.gain
        found = matched_filter(charge, width=width, noise=noise) >= threshold
        return np.where(found, CLUSTER, 0)

    return segment


def curve(segment, **changes):
    energies = np.geomspace(0.01, 0.3, 8)
    rng = np.random.default_rng(2)
    return detection_curve(
        segment, detector=DETECTOR, width=0.8, energies=energies, rng=rng, **(SIZE | changes)
    )


def test_the_filter_is_as_good_as_itself_and_better_than_a_poor_one():
    itself = curve(by_filter(4.0))
    assert itself.threshold == pytest.approx(4.0, abs=0.1)
    assert itself.fp_per_megapixel > 0
    np.testing.assert_allclose(itself.network, itself.matched_filter, atol=0.06)
    own, best = itself.half_energies
    assert own == pytest.approx(best, rel=0.05)
    signal = 4.0 * 2.0 * (4 * np.pi) ** 0.5 * np.hypot(0.8, 12**-0.5)  # of a hit at 4 σ
    assert best == pytest.approx(signal * 3.749e-3, rel=0.15)
    own, best = curve(by_filter(6.0)).half_energies
    assert own > 1.2 * best


def test_dark_electrons_raise_the_threshold_of_the_filter():
    skipper = Detector("skipper", pedestal=100.0, read_noise=0.2, gain=1.0, fano=0.1)

    def threshold(dark_charge):
        return detection_curve(
            lambda image: np.zeros(image.shape, np.uint8),
            detector=skipper,
            width=0.4,
            energies=(0.01,),
            dark_charge=dark_charge,
            rng=np.random.default_rng(3),
            **SIZE,
        ).threshold

    assert threshold(0.01) > 1.3 * threshold(0.0)


def test_what_finds_nothing_has_no_half_energy():
    blind = curve(lambda image: np.zeros(image.shape, np.uint8))
    assert not blind.network.any()
    assert blind.fp_per_megapixel == 0
    assert np.isnan(blind.half_energies[0])
    assert np.isfinite(blind.half_energies[1])


def test_the_table_has_units_and_the_half_energy_lies_between_two_energies():
    energy = np.array([1.0, 2.0, 4.0])
    found = DetectionCurve(0.5, 2.0, 0.0, energy, np.array([0.0, 0.4, 0.6]), np.ones(3), 0.1, 4.0)
    assert found.half_energies == (pytest.approx(8**0.5), 1.0)
    assert found.to_table().colnames == ["energy", "network", "matched_filter"]
    assert str(found.to_table()["energy"].unit) == "keV"
