"""Scores of events that are found and measured in simulated frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from tqdm import trange

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.evaluation.counting import half_width
from ccdseg.evaluation.event_match import EventMatch, match_events
from ccdseg.events import find_events
from ccdseg.events.clusters import label_clusters
from ccdseg.identification.particle_truth import true_particles
from ccdseg.simulation import Recipe, SimulatedImage, simulate_image


@dataclass(frozen=True, eq=False)
class MeasurementScores:
    """Scores of found events above an energy.

    Attributes
    ----------
    least_energy : float
        True or found energy from which events count (keV).
    n_true, n_found : int
        Isolated true events, and found events.
    efficiency : float
        Share of the isolated true events that were found.
    purity : float
        Share of the found events that are true ones.
    bias : float
        Median of found / true energy − 1.
    resolution : float
        Half the width of the middle 68 % of (found − true energy) / its error by noise and Fano
        fluctuation: 1 where nothing is lost.
    residual : float
        Median distance of the centroids of point-like events (px).
    """

    least_energy: float
    n_true: int
    n_found: int
    efficiency: float
    purity: float
    bias: float
    resolution: float
    residual: float


def measure_frames(
    segment: Callable[[np.ndarray], np.ndarray],
    recipe: Recipe,
    *,
    detector: Detector,
    n_frames: int,
    rng: np.random.Generator,
    progress: bool = False,
) -> EventMatch:
    """Simulate frames, find their events, and match them with the true ones.

    Parameters
    ----------
    segment : callable
        Maps an image (ADU) to class indices.
    recipe : Recipe
        Recipe of the frames.
    detector : Detector
        Detector of the frames.
    n_frames : int
        Number of frames.
    rng : numpy.random.Generator
        Source of randomness.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    EventMatch
        Its true events have the column ``isolated``: whether they overlap nothing and lie in the
        frame as a whole.
    """
    matches = []
    for _ in trange(n_frames, desc="Measuring", unit="frame", disable=not progress):
        frame = simulate_image(recipe, detector=detector, rng=rng)
        found = find_events(frame.image, segment(frame.image), detector=detector)
        matches.append(match_events(_true_events(frame), found))
    return EventMatch.joined(matches)


def _true_events(frame: SimulatedImage) -> QTable:
    """True events in a frame; isolated ones with their energy before the Fano fluctuation."""
    pair_energy = frame.detector.pair_energy
    truth = frame.events.seen_in(frame.image.shape, pair_energy=pair_energy)
    labels, _ = label_clusters(frame.mask, CLASSES)
    particles = true_particles(frame.events, labels, pair_energy=pair_energy)
    truth["isolated"] = np.isin(truth["event"], particles.owners[particles.isolated])
    isolated = truth["isolated"]
    truth["energy"][isolated] = frame.events.table["energy"][truth["event"][isolated]] * u.keV
    return truth


def score_measurement(match: EventMatch, *, least_energy: float = 1.0) -> MeasurementScores:
    """Scores of the isolated events of `measure_frames` above an energy (keV)."""
    true_energy = match.truth["energy"].to_value(u.keV)
    wanted = match.truth["isolated"] & (true_energy >= least_energy)
    counted = match.found["energy"].to_value(u.keV) >= least_energy
    is_found = np.isin(np.arange(len(match.truth)), match.true_index)
    is_true = np.isin(np.arange(len(match.found)), match.found_index)
    chosen = wanted[match.true_index]
    pairs = match.pairs()[chosen]
    errors = match.found["energy_error"][match.found_index][chosen]
    pulls = ((pairs["energy"] - pairs["true_energy"]) / errors).to_value(u.one)
    distances = np.hypot(pairs["row_residual"], pairs["column_residual"]).to_value(u.pix)
    points = match.truth["kind"][match.true_index][chosen] == "point"
    return MeasurementScores(
        least_energy=least_energy,
        n_true=int(wanted.sum()),
        n_found=int(counted.sum()),
        efficiency=_mean(is_found[wanted]),
        purity=_mean(is_true[counted]),
        bias=float(np.median(pairs["deviation"])) if len(pairs) else np.nan,
        resolution=half_width(pulls),
        residual=float(np.median(distances[points])) if points.any() else np.nan,
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else np.nan
