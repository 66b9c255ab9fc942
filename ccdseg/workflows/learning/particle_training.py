"""Training of the classifier that tells particles apart, on simulated events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from ccdseg.evaluation import ParticleReport, particle_report
from ccdseg.events.row_edges import CutClassifier, shipped_cut_classifier
from ccdseg.files import refuse_existing
from ccdseg.identification import ParticleClassifier, identify
from ccdseg.identification.classifier_training import train_classifier, train_cut_classifier
from ccdseg.identification.labelled_events import LabelledEvents, labelled_events
from ccdseg.simulation import RECIPES, RecipeMixture
from ccdseg.simulation import components as c
from ccdseg.version import package_version
from ccdseg.workflows.physics_report.physics_parts import mask_function

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

_TESTED = 0.1
"""Share of the frames that are kept for the test."""

_CUT_SHARE, _TRUE_CUT_SHARE = 0.25, 0.05
"""Share of the particles that a row cuts, of those to train on, so that there are enough, and of
those of a slowly read CCD, for which the probabilities hold."""

_CROWDED_SHARE = 0.65
"""Share of the frames of the recipe ``crowded``; the others are of ``events``."""

_AT_ONCE = 10
"""Frames that a process simulates at once, so that it rarely loads the model."""


class TrainedClassifier(NamedTuple):
    """A particle classifier and its scores.

    Attributes
    ----------
    classifier : ParticleClassifier
        The classifier.
    report : ParticleReport
        Its scores on all events of frames that it was not trained on.
    cuts : CutClassifier
        Classifier of cut hits with which it was trained.
    """

    classifier: ParticleClassifier
    report: ParticleReport
    cuts: CutClassifier


def training_recipe() -> RecipeMixture:
    """Isolated and crowded particles, many of them cut by the readout."""
    recipes = tuple(
        recipe.with_components(replace(recipe.find(c.Particles), cut_share=_CUT_SHARE))
        for recipe in (RECIPES["crowded"], RECIPES["events"])
    )
    return RecipeMixture("particles", recipes, (_CROWDED_SHARE, 1 - _CROWDED_SHARE))


def train_particle_classifier(
    segmenter: Segmenter | LazySegmenter,
    *,
    n_frames: int = 2000,
    seed: int = 0,
    output: str | Path | None = None,
    cuts: str | Path | None = None,
    overwrite: bool = False,
    workers: int = 1,
    command: str = "ccdseg.workflows.train_particle_classifier",
    progress: bool = False,
) -> TrainedClassifier:
    """Train a particle classifier on events as a model finds them in simulated frames.

    Parameters
    ----------
    segmenter : Segmenter or LazySegmenter
        Model that segments the frames.
    n_frames : int
        Frames of 512×512 px, as `training_recipe` makes them; a tenth is kept for the test.
    seed : int
        Seed of the frames and of the training.
    output : str or Path, optional
        File (.npz) to save the classifier in. An existing one is refused before anything is
        computed.
    cuts : str or Path, optional
        File (.npz) to save a new classifier of cut hits in, which is then trained first; without
        it the one that ships is used.
    overwrite : bool
        Whether an existing file is replaced.
    workers : int
        Processes that simulate and measure; the frames do not depend on it.
    command : str
        Call that makes the training again, kept in the file.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    TrainedClassifier

    Raises
    ------
    InputError
        If the file exists already.
    """
    for path in (output, cuts):
        if path is not None:
            refuse_existing(path, overwrite=overwrite)
    code, recipe = package_version(), training_recipe()
    frames = _labelled_frames(
        segmenter,
        recipe,
        n_frames,
        rng=np.random.default_rng(seed),
        cuts=CutClassifier.blind() if cuts is not None else None,
        workers=workers,
    )
    bar = tqdm(frames, "Simulating", total=n_frames, unit="frame", disable=not progress)
    parts = list(bar)
    n_tested = max(round(_TESTED * len(parts)), 1)
    learnt = LabelledEvents.stacked(parts[n_tested:] or parts)
    tested = LabelledEvents.stacked(parts[:n_tested])
    training = {
        "command": command,
        "code": code,
        "model": segmenter.name,
        "recipe": recipe.to_dict(),
        "frames": n_frames,
        "seed": seed,
    }
    if cuts is None:
        cut_classifier = shipped_cut_classifier()
    else:
        cut_classifier = train_cut_classifier(
            learnt, cut_share=_CUT_SHARE, true_share=_TRUE_CUT_SHARE, seed=seed
        )
        cut_classifier = replace(cut_classifier, training=training)
        cut_classifier.save(cuts)
        learnt, tested = learnt.with_cuts(cut_classifier), tested.with_cuts(cut_classifier)
    classifier = replace(train_classifier(learnt, seed=seed), training=training)
    if output is not None:
        classifier.save(output)
    found = identify(tested.events, classifier=classifier)["particle"]
    report = particle_report(tested.particles, found, isolated=False)
    return TrainedClassifier(classifier, report, cut_classifier)


def _labelled_frames(
    segmenter: Segmenter | LazySegmenter,
    recipe: RecipeMixture,
    n_frames: int,
    *,
    rng: np.random.Generator,
    cuts: CutClassifier | None,
    workers: int,
) -> Iterator[LabelledEvents]:
    """Events of all frames, frame by frame, simulated by several processes."""
    counts = [len(part) for part in np.array_split(np.arange(n_frames), -(-n_frames // _AT_ONCE))]
    tasks = (
        delayed(_some_frames)(segmenter, recipe, count, one, cuts)
        for count, one in zip(counts, rng.spawn(len(counts)), strict=True)
    )
    for part in Parallel(workers, return_as="generator")(tasks):
        yield from part


def _some_frames(
    segmenter: Segmenter | LazySegmenter,
    recipe: RecipeMixture,
    n_frames: int,
    rng: np.random.Generator,
    cuts: CutClassifier | None,
) -> list[LabelledEvents]:
    segment = mask_function(segmenter)
    return list(labelled_events(recipe, n_frames, segment=segment, rng=rng, cuts=cuts))
