"""Workflow of training: from a plan to the folder of a model."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.files import atomic_folder, refuse_existing
from ccdseg.segmentation.loading import import_keras
from ccdseg.segmentation.store import find_model, read_training
from ccdseg.training.checkpoint import LOG_FILE, TrainingState
from ccdseg.training.config_file import CONFIG_FILE, write_plan
from ccdseg.training.plan import TrainingPlan
from ccdseg.training.presets import find_plan
from ccdseg.version import package_version
from ccdseg.workflows.learning.training_report import (
    calibrate,
    choose_check_image,
    score,
    summary,
    training_stage,
    write_figures,
    write_report,
)
from ccdseg.workflows.learning.training_sets import TrainingSets, load_own_images, prepare_sets
from ccdseg.workflows.learning.training_state import begin, find_unfinished

if TYPE_CHECKING:
    from ccdseg.evaluation import FrameScores
    from ccdseg.segmentation.segmenter import Segmenter
    from ccdseg.training.data import TrainingData

_FINISHED = "finished.weights.h5"
"""Weights of a stage that ended."""

History = dict[str, list[float]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """Result of a training.

    Attributes
    ----------
    segmenter : Segmenter
        The trained segmenter.
    scores : FrameScores
        Scores on the test images.
    histories : list of dict
        Losses and metrics of each epoch, one dictionary per stage.
    folder : Path
        Folder that was written.
    """

    segmenter: Segmenter
    scores: FrameScores
    histories: list[History]
    folder: Path


def train(
    plan: str | TrainingPlan = "default",
    output: str | Path | None = None,
    *,
    overwrite: bool = False,
    resume: bool = False,
    colours: str = "original",
    command: str | None = None,
) -> TrainedModel:
    """Train a model through all stages of a plan, score it, and save it with its report.

    Parameters
    ----------
    plan : str or TrainingPlan
        Name of a preset, or a plan: ``dataclasses.replace(PRESETS["cosmics"], data=folder)``, or
        from a file by `ccdseg.training.read_plan`.
    output : str or Path, optional
        Folder to write; ``models/`` and the plan's name by default.
    overwrite : bool
        Whether an existing folder, or a training that was stopped, is replaced.
    resume : bool
        Whether to go on with the same training after it was killed. It ends as if it had not been.
    colours : {"original", "safe"}
        Colours of the classes in figures; see `ccdseg.ClassCatalogue.recoloured`.
    command : str, optional
        Command to write down as what makes the model again.

    Returns
    -------
    TrainedModel

    Raises
    ------
    InputError
        If something of the plan is missing or impossible, or the folder exists.
    """
    plan = find_plan(plan)
    output = Path(output or Path("models") / plan.name)
    refuse_existing(output, overwrite=overwrite)
    plan.classes.recoloured(colours)
    earlier = earlier_stages(plan.weights)
    plan.find_detector()  # a mistake is told before anything is loaded or simulated
    own = load_own_images(plan)
    code = package_version()  # before hours in which the files may change
    state = find_unfinished(output, plan, resume=resume, overwrite=overwrite)
    import_keras()
    from ccdseg.training.building import build_segmenter

    segmenter = build_segmenter(plan, name=output.name)
    logger.info("network: %s parameters", f"{segmenter.network.count_params():,}")
    sets = prepare_sets(plan, own)
    if not resume:
        begin(state, plan)
    histories = _train_stages(segmenter, plan, sets, folder=state)
    runs = plan.runs()[: len(histories)]
    segmenter, reliability = calibrate(segmenter, sets.calibration(runs[-1]))
    scores, thresholds, examples = score(segmenter, sets.test)
    stages = [
        training_stage(run, command=command, code=code, history=history)
        for run, history in zip(runs, histories, strict=True)
    ]
    with atomic_folder(output, overwrite=overwrite) as folder:
        write_plan(plan, folder / CONFIG_FILE)
        _copy_logs(state, folder, len(runs))
        segmenter.write(
            folder,
            training=[*earlier, *stages],
            report=summary(scores, thresholds),
            check_image=choose_check_image(examples),
        )
        write_report(folder, scores, command=command)
        write_figures(
            folder,
            histories,
            classes=segmenter.classes.recoloured(colours),
            report=scores.all_pixels,
            examples=examples,
            reliability=reliability,
        )
    shutil.rmtree(state)
    return TrainedModel(segmenter, scores, histories, output)


def _train_stages(
    segmenter: Segmenter, plan: TrainingPlan, sets: TrainingSets, *, folder: Path
) -> list[History]:
    """Train all stages, or those until the user ends the training."""
    histories: list[History] = []
    for number, (run, data) in enumerate(zip(plan.runs(), sets.training, strict=True), start=1):
        stage = folder / f"stage-{number}"
        history = train_stage(segmenter, run, data, validation=sets.validation, folder=stage)
        histories.append(history)
        if getattr(history, "interrupted", False):
            break
    left_out = len(sets.training) - len(histories)
    if left_out:
        logger.warning("interrupted: %d of %d stages left out", left_out, len(sets.training))
    return histories


def train_stage(
    segmenter: Segmenter,
    plan: TrainingPlan,
    data: TrainingData,
    *,
    validation: TrainingData | None,
    folder: Path,
) -> History:
    """Train one stage, or load its weights where it has ended before."""
    from ccdseg.models.weights import load_weights
    from ccdseg.training.fitting import train as fit

    finished = folder / _FINISHED
    if finished.is_file():
        load_weights(segmenter.network, finished)
        return TrainingState(folder).history()
    history = fit(segmenter, data, validation=validation, config=plan.config, folder=folder)
    partial = folder / f"partial-{_FINISHED}"
    segmenter.network.save_weights(partial)
    partial.replace(finished)
    return history


def earlier_stages(weights: str | None) -> list[dict]:
    """Stages of the model whose weights are the start; empty where there is none."""
    if weights is None or Path(weights).is_file():
        return []
    return read_training(find_model(weights))


def _copy_logs(state: Path, folder: Path, n_stages: int) -> None:
    """Copy the log of each stage, numbered where there are several."""
    for number in range(1, n_stages + 1):
        name = LOG_FILE if n_stages == 1 else f"training_log_{number}.csv"
        shutil.copy(state / f"stage-{number}" / LOG_FILE, folder / name)
