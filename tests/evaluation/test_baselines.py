"""Baselines: that they find what is there, with the best parameters."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from scipy.special import expit

from ccdseg.evaluation import BASELINES, baselines, estimate_noise, tune_baseline
from ccdseg.evaluation.baselines import Threshold
from ccdseg.evaluation.network_baselines import NetworkBaseline
from tests.refusal import refused


@pytest.fixture(scope="module")
def frame():
    """Noise of 3 ADU on a slope, with a track of 200 ADU."""
    rng = np.random.default_rng(6)
    true = np.zeros((192, 160), bool)
    true[np.arange(20, 60), np.arange(10, 50)] = True
    slope = np.linspace(100, 140, 160)
    image = slope + rng.normal(0, 3, true.shape) + 200 * true
    return image.astype(np.float32), true, np.full(true.shape, 3.0, np.float32)


@pytest.mark.parametrize("name", BASELINES)
def test_a_bright_track_is_found_and_the_noise_is_not(name, frame):
    pytest.importorskip(BASELINES[name].module or "numpy")
    image, true, noise = frame
    method = tune_baseline(BASELINES[name], [frame])
    found = method.find(image, noise)
    assert found.dtype == bool
    assert found[true].mean() > 0.8
    assert found[~true].mean() < 0.02
    assert not method.find(image - 200 * true, noise).mean() > 0.001


def test_the_parameters_are_those_of_the_highest_f1(frame, monkeypatch):
    best = tune_baseline(Threshold, [frame])
    image, true, noise = frame
    found = best.find(image, noise)
    assert (found & true).sum() == true.sum()
    assert (found & ~true).sum() == 0
    assert f"more than {best.n_sigma:g} standard deviations" in best.description
    monkeypatch.setattr(Threshold, "candidates", lambda: iter([Threshold(2.0), Threshold(100.0)]))
    assert tune_baseline(Threshold, [frame]) == Threshold(2.0)


def test_the_noise_is_estimated_despite_track_and_slope(frame):
    image, _, noise = frame
    np.testing.assert_allclose(estimate_noise(image), noise, rtol=0.35)
    assert estimate_noise(image).mean() == pytest.approx(3, rel=0.1)
    sparse = np.where(np.random.default_rng(1).random((96, 96)) < 0.05, 50.0, 0.0)
    assert estimate_noise(sparse).mean() == pytest.approx(sparse.std(), rel=0.3)
    assert (estimate_noise(np.full((40, 7), 5.0)) > 0).all()


def test_a_method_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(baselines, "find_spec", lambda _: None)
    with refused("astroscrappy is not installed; install it with: pip install astroscrappy"):
        BASELINES["astroscrappy"].check_installed()
    BASELINES["threshold"].check_installed()


@dataclass(frozen=True)
class Sure(NetworkBaseline):
    """A network that is sure of pixels above a height; it counts its calls."""

    name = "sure"
    all_weights = ("low", "high")
    calls: ClassVar[list] = []

    def probability(self, electrons):
        self.calls.append(electrons)
        level, height = np.median(electrons), {"low": 1.0, "high": 20.0}[self.weights]
        return expit((electrons - level - height * self.sky**0.5) / 10)


def test_a_network_runs_once_for_all_thresholds_and_sees_the_noise_of_a_sky(frame):
    image, true, noise = frame
    Sure.calls.clear()
    each = dict(Sure.find_each(image, noise))
    assert len(each) == 12 * len(Sure.calls) == 2 * 6 * 12
    for sky, seen in zip([0.1, 1.0, 10.0, 100.0, 1e3, 1e4], Sure.calls[:6], strict=True):
        assert np.median(seen) == pytest.approx(sky, rel=1e-3)
        assert seen[:, 100:120].std() == pytest.approx(sky**0.5, rel=0.3)
    for method in (Sure("low", 1.0, 0.1), Sure("high", 100.0, 0.99)):
        np.testing.assert_array_equal(method.find(image, noise), each[method])
    best = tune_baseline(Sure, [frame])
    found = best.find(image, noise)
    assert (found & true).sum() > 0.95 * (found | true).sum()


def test_the_parameters_are_told():
    pytest.importorskip("astroscrappy")
    told = BASELINES["astroscrappy"](7.0, 0.1, 1.0).description
    assert "sigclip 7, sigfrac 0.1, objlim 1; gain 1" in told
