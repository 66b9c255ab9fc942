"""What an evaluation adds up, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccdseg.classes import ClassCatalogue, PixelClass
from ccdseg.cli.evaluation_sets import KnownFrame
from ccdseg.evaluation import (
    ConditionTable,
    ImageRow,
    ImageScores,
    ImageTable,
    OperatingCurve,
    PixelReport,
    Reliability,
    cross_entropy,
    measure_reliability,
    operating_curve,
    pixel_report,
    score_image,
    scored_class,
)

if TYPE_CHECKING:
    import numpy as np

    from ccdseg.segmentation.segmenter import Prediction


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of frames; those of two sets of frames add up.

    Attributes
    ----------
    n_frames : int
        Number of frames.
    strict : PixelReport
        Of all pixels.
    clear : PixelReport or None
        Without the pixels that no method can decide; None where they are not known.
    reliability : Reliability
        Of the probabilities.
    curve : OperatingCurve
        Of the probability of the class that is scored image by image.
    clear_curve : OperatingCurve or None
        The same without the pixels that no method can decide.
    sum_entropy : float
        Sum of the cross-entropy of the pixels.
    """

    n_frames: int
    strict: PixelReport
    clear: PixelReport | None
    reliability: Reliability
    curve: OperatingCurve
    clear_curve: OperatingCurve | None
    sum_entropy: float

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.n_frames + other.n_frames,
            self.strict + other.strict,
            self.clear and other.clear and self.clear + other.clear,
            self.reliability + other.reliability,
            self.curve + other.curve,
            self.clear_curve and other.clear_curve and self.clear_curve + other.clear_curve,
            self.sum_entropy + other.sum_entropy,
        )

    @property
    def loss(self) -> float:
        """Mean cross-entropy of the pixels."""
        return float(self.sum_entropy / self.strict.confusion.sum())

    @property
    def curves(self) -> dict[str, OperatingCurve]:
        """Curves by what pixels they are of."""
        curves = {"all pixels": self.curve, "clear": self.clear_curve}
        return {name: curve for name, curve in curves.items() if curve is not None}

    def to_dict(self) -> dict:
        """Everything as plain numbers, ready for JSON."""
        return {
            "n_frames": self.n_frames,
            **self.strict.to_dict(),
            "loss": self.loss,
            "clear": self.clear and self.clear.to_dict(),
            "reliability": self.reliability.to_dict(),
            "curves": {name: curve.to_dict() for name, curve in self.curves.items()},
        }

    def __str__(self) -> str:
        parts = ["All pixels", str(self.strict)]
        if self.clear:
            parts += ["Clear: without the pixels that no method can decide", str(self.clear)]
        parts += ["Expected calibration error of the probabilities", str(self.reliability)]
        parts.append(f"Mean cross-entropy of the probabilities: {self.loss:.5f}")
        return "\n\n".join(parts)


def score_frame(
    true: np.ndarray,
    ambiguous: np.ndarray | None,
    prediction: Prediction,
    classes: ClassCatalogue,
    *,
    of: str | None = None,
) -> Scores:
    """Scores of one frame with the mask `true`; its curves are of the class `of`.

    Without a name the class is that of `ccdseg.evaluation.scored_class`.
    """
    chosen, found = scored_class(classes, of), prediction.mask
    is_true, probability = true == chosen.index, prediction.probabilities[..., chosen.index]
    clear, clear_curve = None, None
    if ambiguous is not None:
        clear = pixel_report(true, found, classes=classes, ignore=ambiguous)
        clear_curve = operating_curve(is_true, probability, ignore=ambiguous)
    return Scores(
        n_frames=1,
        strict=pixel_report(true, found, classes=classes),
        clear=clear,
        reliability=measure_reliability(true, prediction.probabilities, classes=classes),
        curve=operating_curve(is_true, probability),
        clear_curve=clear_curve,
        sum_entropy=cross_entropy(true, prediction.probabilities) * true.size,
    )


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
    threshold : float
        Probability from which a pixel is of that class rather than of the background.
    conditions : ConditionTable
        Scores of all frames by condition.
    images : ImageTable
        Scores of each image.
    scores, origins, peers : dict of str
        Scores of each set of frames, where its frames come from, and the settings of what was
        scored beside the model, by the set's name.
    """

    model: str
    classes: ClassCatalogue
    chosen: PixelClass
    threshold: float
    conditions: ConditionTable = field(init=False)
    images: ImageTable = field(init=False)
    scores: dict[str, Scores] = field(default_factory=dict)
    origins: dict[str, dict] = field(default_factory=dict)
    peers: dict[str, list[dict]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conditions = ConditionTable(self.classes)
        self.images = ImageTable(self.chosen.name)

    def add(self, group: str, frame: KnownFrame, prediction: Prediction) -> None:
        """Add a frame of a set of frames, and what the model says of it."""
        scores = score_frame(
            frame.mask, frame.ambiguous, prediction, self.classes, of=self.chosen.name
        )
        conditions = {"recipe": group} | frame.conditions
        self.conditions.add(scores.strict, scores.clear or scores.strict, conditions)
        so_far = self.scores.get(group)
        self.scores[group] = scores if so_far is None else so_far + scores
        self.add_mask(group, frame, prediction.mask, method=self.model)

    def add_mask(self, group: str, frame: KnownFrame, mask: np.ndarray, *, method: str) -> None:
        """Score the chosen class in a mask of a frame."""
        named = {"classes": self.classes, "of": self.chosen.name}
        clear = None
        if frame.ambiguous is not None:
            clear = score_image(frame.mask, mask, ignore=frame.ambiguous, **named)
        strict = score_image(frame.mask, mask, **named)
        self.images.add(ImageRow(group, frame.name, method, mask.shape, strict, clear))

    def by_method(self, *pixels: str) -> dict[str, list[ImageScores]]:
        """Scores of the images of all sets by the name of what made their masks.

        Parameters
        ----------
        *pixels : {"all", "clear"}
            Which pixels; the name says so where they are not all.
        """
        found: dict[str, list[ImageScores]] = {}
        for (_, method, part), scores in self.images.parts():
            if part in pixels:
                name = method if part == "all" else f"{method}, {part}"
                found.setdefault(name, []).extend(scores)
        return found
