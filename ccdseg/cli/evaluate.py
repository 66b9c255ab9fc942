"""``ccdseg evaluate``: how good a model is, and on which frames."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue, PixelClass
from ccdseg.cli.evaluation_report import RESULTS, write_results
from ccdseg.cli.evaluation_scores import Evaluation
from ccdseg.cli.evaluation_sets import N_FRAMES, FrameSet, KnownFrame, choose_sets
from ccdseg.cli.options import add_model, add_output, natural_int, positive_int, shape
from ccdseg.errors import InputError
from ccdseg.evaluation import (
    BASELINES,
    Baseline,
    estimate_noise,
    scored_class,
    tune_baseline,
)
from ccdseg.files import refuse_existing, staged_files
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.simulation import RECIPES
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED

SUMMARY = "score a model on simulated frames or on your own"

DESCRIPTION = """\
Score a model on frames whose truth is known and that it was not trained on: simulated ones, made
and segmented one at a time, or your own.

  ccdseg evaluate                                    the model that ships, on 'test' and 'general'
  ccdseg evaluate --model models/mine                a model of your own
  ccdseg evaluate --recipe test                      the 42 test images of every training report
  ccdseg evaluate --recipe general --n 1000          frames of any detector, a thousand of them
  ccdseg evaluate --recipe general --shape 512x1024  larger frames
  ccdseg evaluate --recipe test --library mine.npz   clusters that no training has seen
  ccdseg evaluate --data mine.npz                    your own images and masks
  ccdseg evaluate --model models/cosmics             100 X-ray images, for a model of cosmics
  ccdseg evaluate --data xray                        images of any size in the folder xray/Test,
                                                     with masks in xray/TestAnnotation
  ccdseg evaluate --recipe xray --baselines astroscrappy   and what L.A.Cosmic finds in the same

It prints the report and writes into the output folder:

  report.txt            precision, recall, F1 and IoU of each class on each set of frames, of all
                        pixels and with those left out that no method can decide (unambiguous);
                        and the scores of the class of particles over the images
  report.json           the same as numbers, and the calibration of the probabilities
  images.ecsv           scores of the class of particles in each image, and how many particles
                        (8-connected) there are and were predicted: a table that astropy reads
                        (QTable.read)
  images_summary.ecsv   mean, standard deviation and median of these over the images, and the score
                        of the pixels of all images pooled
  boxes.png             how the scores of the images are distributed
  boxes_SCORE.png       one of them, each image a point: iou, dice, accuracy, specificity,
                        precision, recall, f1, count_ratio
  counts.png            number of particles predicted in each image against the true one
  operating_curves.png  ROC and precision-recall curve of the probability of particles
  conditions.ecsv       scores by read noise, gradient of the background, crowding and shape of the
                        glow
  conditions.png        the unambiguous F1 of that table as a picture
  reliability.png       whether pixels of probability 0.3 are right in three of ten cases
  confusion.png         which class is taken for which

The pictures are of the frames of all recipes together. In an image without any particle, true or
predicted, all scores are 1; where there are only true or only predicted ones, IoU, Dice, F1,
precision and recall are 0. The ratio of the numbers is left out of the means where some were
predicted and none is there."""

N_TUNING = 6
"""Frames on which the parameters of other methods are chosen."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_model(parser)
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--recipe",
        nargs="+",
        choices=RECIPES,
        help=f"what simulated frames hold: {', '.join(RECIPES)} (default: test general; xray for "
        "a model of cosmics)",
        metavar="RECIPE",
    )
    source.add_argument(
        "--data",
        type=Path,
        metavar="FILE.npz|DIR",
        help="instead, a file of arrays images and masks, or a folder that holds the folders Test "
        "and TestAnnotation",
    )
    parser.add_argument(
        "--n",
        type=positive_int,
        help=f"frames of each recipe (default: {_counts()}, {N_TEST_IMAGES} of others)",
    )
    parser.add_argument(
        "--shape",
        type=shape,
        metavar="ROWSxCOLUMNS",
        help="size of a frame (default: that of the recipe)",
    )
    parser.add_argument(
        "--library",
        type=Path,
        help="clusters to paste, .npz or .pkl (default: those that ship); the recipe general "
        "makes its own",
    )
    parser.add_argument(
        "--seed",
        type=natural_int,
        help=f"seed of the frames (default: {TEST_SEED}, as every training)",
    )
    parser.add_argument(
        "--class",
        dest="of",
        metavar="CLASS",
        help="class to score image by image (default: cluster or cosmic)",
    )
    parser.add_argument(
        "--baselines",
        nargs="+",
        choices=BASELINES,
        default=(),
        metavar="METHOD",
        help=f"score these on the same frames: {', '.join(BASELINES)}; their parameters are first "
        f"chosen on {N_TUNING} other frames",
    )
    add_output(parser, "evaluation")


def _counts() -> str:
    return ", ".join(f"{number} of {name}" for name, number in N_FRAMES.items())


def run(arguments: argparse.Namespace) -> None:
    """Score the model on every set of frames, and write what was found."""
    model = LazySegmenter(arguments.model)
    chosen = scored_class(model.classes, arguments.of)
    sets = choose_sets(arguments, model.classes)
    check_baselines(arguments.baselines, chosen, model.classes)
    for name in RESULTS:
        refuse_existing(arguments.output / name, overwrite=arguments.overwrite)
    with staged_files(arguments.output, overwrite=arguments.overwrite) as folder:
        evaluation = Evaluation(
            model.segmenter.name, model.classes, chosen, class_operating_point(model, chosen)
        )
        for name, frames in sets.items():
            baselines = tuned_baselines(arguments.baselines, frames, chosen)
            evaluate(model, evaluation, name, frames, baselines)
        text = write_results(folder, evaluation, command=arguments.command_line)
    logger.info("%s\nreport and figures: %s", text, arguments.output)


def class_operating_point(model: LazySegmenter, chosen: PixelClass) -> float:
    """Probability from which a pixel is of a class rather than of the background."""
    point = model.segmenter.operating_point
    return point[chosen.index] / (point[chosen.index] + point[0])


def evaluate(
    model: LazySegmenter,
    evaluation: Evaluation,
    group: str,
    frames: FrameSet,
    baselines: list[Baseline],
) -> None:
    """Score one set, frame by frame."""
    evaluation.origins[group] = frames.origin
    tuning = frames.others(N_TUNING)
    evaluation.baselines[group] = [
        {
            "name": baseline.name,
            "parameters": asdict(baseline),
            "description": baseline.description,
            "tuned_on": {"n_frames": len(tuning), **tuning.origin},
        }
        for baseline in baselines
    ]
    for frame in tqdm(frames, desc=f"Evaluating ({group})", unit="frame"):
        evaluation.add(group, frame, model.segmenter.predict(frame.image))
        for baseline in baselines:
            found = baseline.find(frame.image, noise_of(frame))
            mask = np.where(found, evaluation.chosen.index, 0).astype(np.uint8)
            evaluation.add_mask(group, frame, mask, method=baseline.name)


def check_baselines(names: Sequence[str], chosen: PixelClass, classes: ClassCatalogue) -> None:
    """Refuse methods that cannot run here, or find another class than is scored."""
    if names and chosen != classes.particles:
        raise InputError(
            f"--baselines {' '.join(names)} finds particles, which the class {chosen.name} is not."
        )
    for name in names:
        BASELINES[name].check_installed()


def tuned_baselines(names: Sequence[str], frames: FrameSet, chosen: PixelClass) -> list[Baseline]:
    """Methods of these names, their parameters chosen on other frames."""
    known = [
        (frame.image, frame.mask == chosen.index, noise_of(frame))
        for frame in (frames.others(N_TUNING) if names else ())
    ]
    return [tune_baseline(BASELINES[name], known) for name in names]


def noise_of(frame: KnownFrame) -> np.ndarray:
    """Noise of each pixel (ADU): as it was simulated, or as the frame shows it."""
    return estimate_noise(frame.image) if frame.noise is None else frame.noise
