"""Evaluation of a model on frames whose truth is known, beside baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue, PixelClass
from ccdseg.errors import InputError
from ccdseg.evaluation import (
    BASELINES,
    Baseline,
    estimate_noise,
    scored_class,
    tune_baseline,
)
from ccdseg.files import refuse_existing, staged_files
from ccdseg.simulation import Recipe
from ccdseg.workflows.evaluating.evaluation_frames import FrameSet, KnownFrame
from ccdseg.workflows.evaluating.evaluation_report import RESULTS, write_results
from ccdseg.workflows.evaluating.evaluation_result import Evaluation
from ccdseg.workflows.evaluating.evaluation_sets import choose_sets

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

N_TUNING = 6
"""Frames on which the parameters of baselines are chosen."""


def evaluate(
    segmenter: Segmenter | LazySegmenter,
    *,
    recipes: Sequence[str] | Mapping[str, Recipe] | None = None,
    data: str | Path | None = None,
    n_frames: int | None = None,
    shape: tuple[int, int] | None = None,
    library: str | Path | None = None,
    seed: int | None = None,
    of: str | None = None,
    baselines: Sequence[str] = (),
    output: str | Path | None = None,
    overwrite: bool = False,
    command: str = "ccdseg.workflows.evaluate",
    progress: bool = False,
) -> Evaluation:
    """Score a model, frame by frame, on frames whose truth is known.

    Parameters
    ----------
    segmenter : Segmenter or LazySegmenter
        The model.
    recipes : sequence of str or dict of str to recipe, optional
        Names of `ccdseg.simulation.RECIPES`, or recipes by a name of their own; by default those
        of the model's classes.
    data : str or Path, optional
        In place of recipes: a file of arrays ``images`` and ``masks``, or a folder that holds the
        folders ``Test`` and ``TestAnnotation``.
    n_frames : int, optional
        Frames of each recipe; by default as many as `N_FRAMES` says.
    shape : tuple of int, optional
        Rows and columns of a simulated frame (px); by default those of the recipe.
    library : str or Path, optional
        File of clusters to paste, for recipes that paste some.
    seed : int, optional
        Seed of the simulated frames; by default that of every training report.
    of : str, optional
        Class that is scored image by image; by default that of particles.
    baselines : sequence of str
        Names of `ccdseg.evaluation.BASELINES`, scored on the same frames; their parameters are
        first chosen on other frames.
    output : str or Path, optional
        Folder to write the results into, as `Evaluation.write`. Existing ones are refused before
        anything is computed.
    overwrite : bool
        Whether existing results are replaced.
    command : str
        Call that makes the evaluation again, for the report.
    progress : bool
        Whether to show progress bars.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        If the model, the frames and the options do not fit each other, a baseline is not
        installed, or results exist already.
    """
    scored = scored_class(segmenter.classes, of)
    sets = choose_sets(
        segmenter,
        recipes=recipes,
        data=data,
        n_frames=n_frames,
        shape=shape,
        library=library,
        seed=seed,
    )
    _check_baselines(baselines, scored, segmenter.classes)
    if output is not None:
        for name in RESULTS:
            refuse_existing(Path(output) / name, overwrite=overwrite)
    stage = nullcontext() if output is None else staged_files(output, overwrite=overwrite)
    with stage as folder:
        evaluation = Evaluation(
            segmenter.name,
            segmenter.classes,
            scored,
            operating_point=segmenter.operating_point,
            command=command,
        )
        for group, frames in sets.items():
            _score_set(evaluation, group, frames, segmenter, baselines, progress=progress)
        if folder is not None:
            write_results(folder, evaluation)
    return evaluation


def _score_set(
    evaluation: Evaluation,
    group: str,
    frames: FrameSet,
    segmenter: Segmenter | LazySegmenter,
    baselines: Sequence[str],
    *,
    progress: bool,
) -> None:
    """Score the model and the baselines on one set, frame by frame."""
    scored = evaluation.scored
    tuning = frames.others(N_TUNING)
    tuned = _tuned_baselines(baselines, tuning, scored, progress=progress)
    evaluation.origins[group] = frames.origin
    evaluation.baselines[group] = [
        {
            "name": baseline.name,
            "parameters": asdict(baseline),
            "description": baseline.description,
            "tuned_on": {"n_frames": len(tuning), **tuning.origin},
        }
        for baseline in tuned
    ]
    bar = tqdm(frames, desc=f"Evaluating ({group})", unit="frame", disable=not progress)
    for frame in bar:
        evaluation.add(group, frame, segmenter.predict(frame.image))
        for baseline in tuned:
            found = baseline.find(frame.image, _noise_of(frame))
            mask = np.where(found, scored.index, 0).astype(np.uint8)
            evaluation.add_mask(group, frame, mask, method=baseline.name)


def _check_baselines(names: Sequence[str], scored: PixelClass, classes: ClassCatalogue) -> None:
    """Refuse baselines that are not installed, or find another class than is scored."""
    if names and scored != classes.particles:
        raise InputError(
            f"The baselines {' '.join(names)} (--baselines) find particles, which the class "
            f"{scored.name} is not."
        )
    for name in names:
        if name not in BASELINES:
            raise InputError(f"Unknown baseline {name!r}; one of: {', '.join(BASELINES)}.")
        BASELINES[name].check_installed()


def _tuned_baselines(
    names: Sequence[str], frames: FrameSet, scored: PixelClass, *, progress: bool
) -> list[Baseline]:
    """Baselines of these names, their parameters chosen on these frames."""
    known = [
        (frame.image, frame.mask == scored.index, _noise_of(frame))
        for frame in (frames if names else ())
    ]
    return [tune_baseline(BASELINES[name], known, progress=progress) for name in names]


def _noise_of(frame: KnownFrame) -> np.ndarray:
    """Noise of each pixel (ADU): as simulated, or estimated from the frame."""
    return estimate_noise(frame.image) if frame.noise is None else frame.noise
