"""What an evaluation adds up, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccdseg.classes import ClassCatalogue, PixelClass
from ccdseg.cli.evaluation_sets import KnownFrame
from ccdseg.evaluation import (
    ConditionTable,
    FrameScores,
    ImageRow,
    ImageScores,
    ImageTable,
    score_frame,
    score_image,
)

if TYPE_CHECKING:
    import numpy as np

    from ccdseg.segmentation.segmenter import Prediction


@dataclass
class Evaluation:
    """Everything that is found, set by set.

    Attributes
    ----------
    model : str
        Name of the model.
    classes : ClassCatalogue
        What it tells apart.
    chosen : PixelClass
        Class that is scored image by image.
    operating_point : float
        Probability from which a pixel is of that class rather than of the background.
    conditions : ConditionTable
        Scores of all frames by condition.
    images : ImageTable
        Scores of each image.
    scores, origins, baselines : dict of str
        Scores of each set of frames, where its frames come from, and the settings of what was
        scored beside the model, by the set's name.
    """

    model: str
    classes: ClassCatalogue
    chosen: PixelClass
    operating_point: float
    conditions: ConditionTable = field(init=False)
    images: ImageTable = field(init=False)
    scores: dict[str, FrameScores] = field(default_factory=dict)
    origins: dict[str, dict] = field(default_factory=dict)
    baselines: dict[str, list[dict]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conditions = ConditionTable(classes=self.classes)
        self.images = ImageTable(self.chosen.name)

    def add(self, group: str, frame: KnownFrame, prediction: Prediction) -> None:
        """Add a frame of a set of frames, and what the model says of it."""
        scores = score_frame(
            frame.mask,
            prediction.mask,
            probabilities=prediction.probabilities,
            classes=self.classes,
            of=self.chosen.name,
            ignore=frame.ambiguous,
        )
        conditions = {"recipe": group} | frame.conditions
        self.conditions.add(
            scores.all_pixels, scores.unambiguous or scores.all_pixels, conditions=conditions
        )
        so_far = self.scores.get(group)
        self.scores[group] = scores if so_far is None else so_far + scores
        self.add_mask(group, frame, prediction.mask, method=self.model)

    def add_mask(self, group: str, frame: KnownFrame, mask: np.ndarray, *, method: str) -> None:
        """Score the chosen class in a mask of a frame."""
        named = {"classes": self.classes, "of": self.chosen.name}
        unambiguous = None
        if frame.ambiguous is not None:
            unambiguous = score_image(frame.mask, mask, ignore=frame.ambiguous, **named)
        all_pixels = score_image(frame.mask, mask, **named)
        self.images.add(ImageRow(group, frame.name, method, mask.shape, all_pixels, unambiguous))

    def by_method(self, *pixels: str) -> dict[str, list[ImageScores]]:
        """Scores of the images of all sets by the name of what made their masks.

        Parameters
        ----------
        *pixels : {"all", "unambiguous"}
            Which pixels; the name says so where they are not all.
        """
        found: dict[str, list[ImageScores]] = {}
        for (_, method, part), scores in self.images.parts():
            if part in pixels:
                found.setdefault(series_name(method, part), []).extend(scores)
        return found


def series_name(method: str, pixels: str) -> str:
    """Legend of the scores of a method, which says which pixels they are of if not all."""
    return method if pixels == "all" else f"{method}, {pixels}"
