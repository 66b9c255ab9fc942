"""Simulated events with known truth, as a model finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from astropy.table import QTable

from ccdseg.events import map_events, stack_events
from ccdseg.events.row_edges import CutClassifier
from ccdseg.identification.depth import estimate_depth
from ccdseg.identification.particle_truth import ParticleTruth, true_particles
from ccdseg.simulation import RecipeLike, simulate_image


@dataclass(frozen=True, eq=False)
class LabelledEvents:
    """Measured events with their true particles.

    Attributes
    ----------
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`, with estimated depths.
    edges : ndarray
        Features of their first and last rows, as `ccdseg.events.EventMap` has them.
    truth : ParticleTruth
        Their true particles.
    depths : ndarray
        True depth (µm) of each; NaN where no particle left it.
    """

    events: QTable
    edges: np.ndarray
    truth: ParticleTruth
    depths: np.ndarray

    @classmethod
    def stacked(cls, parts: Sequence[LabelledEvents]) -> LabelledEvents:
        """Events of several frames as one set; owners are rows of the list of each frame."""
        truth = (np.concatenate(columns) for columns in zip(*(x.truth for x in parts), strict=True))
        return cls(
            stack_events([part.events for part in parts]),
            np.concatenate([part.edges for part in parts]),
            ParticleTruth(*truth),
            np.concatenate([part.depths for part in parts]),
        )

    @property
    def particles(self) -> np.ndarray:
        """True kind of each event, one of `ccdseg.identification.PARTICLES`."""
        return self.truth.kinds

    def isolated(self) -> LabelledEvents:
        """Those that are one whole particle each."""
        kept = self.truth.isolated
        truth = ParticleTruth(*(column[kept] for column in self.truth))
        return LabelledEvents(self.events[kept], self.edges[kept], truth, self.depths[kept])

    def with_cuts(self, classifier: CutClassifier) -> LabelledEvents:
        """The same events as another classifier of cut hits finds them."""
        events = self.events.copy()
        for name, values in classifier.columns(self.edges).items():
            events[name] = values
        return LabelledEvents(events, self.edges, self.truth, self.depths)


def labelled_events(
    recipe: RecipeLike,
    n_frames: int,
    *,
    segment: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    cuts: CutClassifier | None = None,
) -> Iterator[LabelledEvents]:
    """Simulated, segmented and measured events with their truth, frame by frame.

    Parameters
    ----------
    recipe : Recipe or RecipeMixture
        Recipe of the frames.
    n_frames : int
        Number of frames.
    segment : callable
        Maps an image (ADU) to class indices.
    rng : numpy.random.Generator
        Source of randomness.
    cuts : CutClassifier, optional
        Tells the hits that the readout cut; the one that ships by default.

    Yields
    ------
    LabelledEvents
        Those of one frame.
    """
    for _ in range(n_frames):
        frame = simulate_image(recipe, rng=rng)
        mask = segment(frame.image)
        found = map_events(frame.image, mask, detector=frame.detector, cuts=cuts)
        truth = true_particles(frame.events, found.labels, pair_energy=frame.detector.pair_energy)
        depths = np.append(frame.events.table["depth"].astype(float), np.nan)[truth.owners]
        events = estimate_depth(found.table, detector=frame.detector)
        yield LabelledEvents(events, found.edges, truth, depths)
