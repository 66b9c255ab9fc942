"""Training of the classifier that tells particles apart, on simulated events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tqdm import tqdm

from ccdseg.evaluation import ParticleReport, particle_report
from ccdseg.files import refuse_existing
from ccdseg.identification import ParticleClassifier, identify
from ccdseg.identification.classifier_training import (
    LabelledEvents,
    labelled_events,
    train_classifier,
)
from ccdseg.simulation import RECIPES
from ccdseg.version import package_version
from ccdseg.workflows.physics_report.physics_parts import mask_function

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

_TESTED = 0.1
"""Share of the frames that are kept for the test."""


class TrainedClassifier(NamedTuple):
    """A particle classifier and its scores.

    Attributes
    ----------
    classifier : ParticleClassifier
        The classifier.
    report : ParticleReport
        Its scores on events of frames that it was not trained on.
    """

    classifier: ParticleClassifier
    report: ParticleReport


def train_particle_classifier(
    segmenter: Segmenter | LazySegmenter,
    *,
    n_frames: int = 2000,
    seed: int = 0,
    output: str | Path | None = None,
    overwrite: bool = False,
    command: str = "ccdseg.workflows.train_particle_classifier",
    progress: bool = False,
) -> TrainedClassifier:
    """Train a particle classifier on events as a model finds them in simulated frames.

    Parameters
    ----------
    segmenter : Segmenter or LazySegmenter
        Model that segments the frames.
    n_frames : int
        Frames of 512×512 px of the recipe ``events``; a tenth is kept for the test.
    seed : int
        Seed of the frames and of the training.
    output : str or Path, optional
        File (.npz) to save the classifier in. An existing one is refused before anything is
        computed.
    overwrite : bool
        Whether an existing file is replaced.
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
    if output is not None:
        refuse_existing(output, overwrite=overwrite)
    code, recipe = package_version(), RECIPES["events"]
    frames = labelled_events(
        recipe, n_frames, segment=mask_function(segmenter), rng=np.random.default_rng(seed)
    )
    bar = tqdm(frames, "Simulating", total=n_frames, unit="frame", disable=not progress)
    parts = list(bar)
    n_tested = max(round(_TESTED * len(parts)), 1)
    learnt = LabelledEvents.stacked(parts[n_tested:] or parts)
    training = {
        "command": command,
        "code": code,
        "model": segmenter.name,
        "recipe": recipe.to_dict(),
        "frames": n_frames,
        "seed": seed,
    }
    classifier = replace(train_classifier(learnt, seed=seed), training=training)
    if output is not None:
        classifier.save(output)
    tested = LabelledEvents.stacked(parts[:n_tested])
    found = identify(tested.events, classifier=classifier)["particle"]
    return TrainedClassifier(classifier, particle_report(tested.particles, found, isolated=False))
