"""Result of an evaluation: scores added up frame by frame, set by set."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.classes import ClassCatalogue, PixelClass
from ccdseg.evaluation import (
    ConditionTable,
    FrameScores,
    ImageRow,
    ImageTable,
    ThresholdScores,
    score_frame,
    score_image,
    threshold_of,
)
from ccdseg.files import staged_files
from ccdseg.workflows.evaluating.evaluation_report import report_text, write_results

if TYPE_CHECKING:
    import numpy as np

    from ccdseg.segmentation.predicting import Prediction
    from ccdseg.workflows.evaluating.evaluation_frames import KnownFrame


@dataclass
class Evaluation:
    """Scores of a model on sets of frames, and of baselines on the same frames.

    Printed, it is the report.

    Attributes
    ----------
    model : str
        Name of the model.
    classes : ClassCatalogue
        Classes of the model.
    scored : PixelClass
        Class that is scored image by image.
    operating_point : tuple of float
        Operating point of the model, one number per class.
    command : str
        Call that makes the evaluation again.
    conditions : ConditionTable
        Scores of all frames by condition.
    images : ImageTable
        Scores of each image.
    scores, thresholds, origins, baselines : dict of str
        By the name of each set of frames: its scores, those at other operating points of the class,
        where its frames come from, and the settings of the baselines.
    """

    model: str
    classes: ClassCatalogue
    scored: PixelClass
    operating_point: tuple[float, ...]
    command: str
    conditions: ConditionTable = field(init=False)
    images: ImageTable = field(init=False)
    scores: dict[str, FrameScores] = field(default_factory=dict)
    thresholds: dict[str, ThresholdScores] = field(default_factory=dict)
    origins: dict[str, dict] = field(default_factory=dict)
    baselines: dict[str, list[dict]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conditions = ConditionTable(classes=self.classes)
        self.images = ImageTable(self.scored.name)

    @property
    def threshold(self) -> float:
        """Probability from which a pixel is of the scored class rather than of the background."""
        return threshold_of(self.operating_point, self.scored.index)

    def add(self, group: str, frame: KnownFrame, prediction: Prediction) -> None:
        """Score the prediction of the model on a frame of a set."""
        scores = score_frame(
            frame.mask,
            prediction.mask,
            probabilities=prediction.probabilities,
            classes=self.classes,
            of=self.scored.name,
            ignore=frame.ambiguous,
        )
        conditions = {"recipe": group} | frame.conditions
        self.conditions.add(
            scores.all_pixels, scores.unambiguous or scores.all_pixels, conditions=conditions
        )
        so_far = self.scores.get(group)
        self.scores[group] = scores if so_far is None else so_far + scores
        thresholds = self.thresholds.setdefault(
            group, ThresholdScores(self.operating_point, classes=self.classes, of=self.scored.name)
        )
        thresholds.add(frame.mask, prediction.probabilities, ignore=frame.ambiguous)
        self.add_mask(group, frame, prediction.mask, method=self.model)

    def add_mask(self, group: str, frame: KnownFrame, mask: np.ndarray, *, method: str) -> None:
        """Score one class in a mask of a frame."""
        named = {"classes": self.classes, "of": self.scored.name}
        unambiguous = None
        if frame.ambiguous is not None:
            unambiguous = score_image(frame.mask, mask, ignore=frame.ambiguous, **named)
        all_pixels = score_image(frame.mask, mask, **named)
        self.images.add(ImageRow(group, frame.name, method, mask.shape, all_pixels, unambiguous))

    def write(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write report, tables and figures into a folder: all of them, or none.

        Raises
        ------
        InputError
            If one of them exists and `overwrite` was not asked for.
        """
        with staged_files(folder, overwrite=overwrite) as stage:
            write_results(stage, self)

    def __str__(self) -> str:
        return report_text(self)
