"""Scores of found events, of identified particles, and of restrictions."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.evaluation import (
    measure_frames,
    particle_report,
    particle_reports_by_energy,
    rule_gains,
    score_measurement,
)
from ccdseg.postprocessing import LimitClusterSizes, RelabelClusterLines
from ccdseg.simulation import RECIPES, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform

CLUSTER = CLASSES["cluster"].index


def truth_of(patch, module, change=lambda mask: mask):
    """A segmentation that knows the truth of the frames that `module` simulates."""
    masks = []

    def remembered(recipe, **options):
        frame = simulate_image(recipe, **options)
        masks.append((frame.image, frame.mask))
        return frame

    def segment(image):
        (mask,) = [mask for other, mask in masks if other is image]
        return change(mask.copy())

    patch.setattr(f"{module}.simulate_image", remembered)
    return segment


@pytest.fixture
def recipe():
    particles = c.Particles(probability=1.0, number=Uniform(5, 6), cut_share=0.0)
    return replace(RECIPES["events"].scaled((256, 256)), components=(particles,))


def measured(recipe, segment, *, detector=DAMIC_M):
    rng = np.random.default_rng(4)
    return measure_frames(segment, recipe, detector=detector, n_frames=8, rng=rng)


def test_the_truth_is_found_whole_and_rightly_measured(recipe, monkeypatch):
    match = measured(recipe, truth_of(monkeypatch, "ccdseg.evaluation.measurement_scores"))
    scores = score_measurement(match)
    assert 15 < scores.n_true <= scores.n_found < 60
    assert (scores.efficiency, scores.purity) == (1, 1)
    assert abs(scores.bias) < 0.005
    assert 0.5 < scores.resolution < 1.5
    assert scores.residual < 0.1
    assert score_measurement(match, least_energy=100.0).n_true < scores.n_true


def test_true_energies_and_completeness_are_by_the_pair_energy_of_the_detector(recipe, monkeypatch):
    """With another pair energy, every complete event would seem half, or twice, what it is."""
    detector = replace(DAMIC_M, pair_energy=2 * DAMIC_M.pair_energy)
    particles = c.Particles(probability=1.0, number=Uniform(30, 31), cut_share=0.0)
    crowded = replace(recipe, components=(particles,))
    segment = truth_of(monkeypatch, "ccdseg.evaluation.measurement_scores")
    match = measured(crowded, segment, detector=detector)
    isolated = match.truth["isolated"]
    assert 0.2 < isolated.mean() < 0.95
    frames = np.random.default_rng(4)
    simulated = [simulate_image(crowded, detector=detector, rng=frames) for _ in range(8)]
    deposited = np.concatenate(
        [
            frame.events.table["energy"][
                frame.events.seen_in(frame.image.shape, pair_energy=detector.pair_energy)["event"]
            ]
            for frame in simulated
        ]
    )
    overlapping = match.truth["energy"].to_value(u.keV)[~isolated] / deposited[~isolated]
    assert np.median(overlapping) == pytest.approx(1, abs=0.06)
    assert score_measurement(match).efficiency > 0.9


def test_what_is_missed_and_what_is_false_count(recipe, monkeypatch):
    def spoilt(mask):
        mask[:128] = 0
        mask[200:203, 5:8] = CLUSTER
        return mask

    match = measured(recipe, truth_of(monkeypatch, "ccdseg.evaluation.measurement_scores", spoilt))
    scores = score_measurement(match)
    assert 0.2 < scores.efficiency < 0.8
    false = np.setdiff1d(np.arange(len(match.found)), match.found_index)
    assert len(false) >= 6
    assert match.by_energy([1e-6, 1e5])["purity"][0] < 1


def test_without_events_the_scores_are_not_numbers(recipe, monkeypatch):
    nothing = replace(recipe, components=())
    match = measured(nothing, truth_of(monkeypatch, "ccdseg.evaluation.measurement_scores"))
    scores = score_measurement(match)
    assert (scores.n_true, scores.n_found) == (0, 0)
    assert np.isnan([scores.efficiency, scores.purity, scores.bias, scores.resolution]).all()


TRUE = np.array(["point-like", "point-like", "muon", "muon", "unknown"])
FOUND = np.array(["point-like", "muon", "muon", "unknown", "muon"])


def test_confusion_counts_isolated_events_unless_all_are_wanted():
    report = particle_report(TRUE, FOUND)
    assert report.confusion.sum() == 4
    assert report.f1[0] == pytest.approx(2 / 3)
    assert report.f1[2] == pytest.approx(2 / 4)
    assert np.isnan(report.f1[1])
    assert report.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert particle_report(TRUE, FOUND, isolated=False).confusion.sum() == 5
    assert "point-like" in str(report)
    assert np.isnan(particle_report(TRUE[:0], FOUND[:0]).macro_f1)


def test_reports_by_energy_share_the_events():
    energy = np.array([1.0, 30.0, 30.0, 5.0, 5.0])
    reports = particle_reports_by_energy(TRUE, FOUND, energy, np.array([0.0, 10.0, 100.0]))
    assert list(reports) == [(0.0, 10.0), (10.0, 100.0)]
    assert [report.confusion.sum() for report in reports.values()] == [2, 2]


def test_a_rule_gains_where_the_mask_breaks_it_and_loses_where_the_truth_does(monkeypatch):
    def spoilt(mask):
        mask[mask == CLASSES["hot pixel"].index] = CLUSTER
        return mask

    columns = c.HotLines(probability=1.0, width=Uniform(1, 1))
    recipe = replace(RECIPES["general"].scaled((128, 128)), components=(columns,))
    table = rule_gains(
        truth_of(monkeypatch, "ccdseg.evaluation.restriction_scores", spoilt),
        recipe,
        [RelabelClusterLines(), LimitClusterSizes(min_size=100, max_size=20_000)],
        n_frames=6,
        rng=np.random.default_rng(1),
    )
    assert list(table["rule"]) == ["relabel cluster lines", "limit cluster sizes"]
    assert table["hot pixel"][0] > 0.1
    assert table["components"][0] >= 3
    assert table["pixels"][0] > table["components"][0]
