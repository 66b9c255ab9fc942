"""``ccdseg evaluate``: scores of a model on frames whose truth is known."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ccdseg.cli.options import add_model, add_output, chosen_model, natural_int, positive_int, shape
from ccdseg.evaluation import BASELINES
from ccdseg.segmentation.store import REPORT
from ccdseg.simulation import DOMAINS, RECIPES
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED
from ccdseg.workflows.evaluating.evaluation_report import store_thresholds
from ccdseg.workflows.evaluating.evaluation_run import N_TUNING, evaluate
from ccdseg.workflows.evaluating.evaluation_sets import N_FRAMES
from ccdseg.workflows.evaluating.false_rate_run import N_EMPTY, store_false_rates

DESCRIPTION = """\
Score a model on frames whose truth is known and that it was not trained on: simulated ones, made
and segmented one at a time, or your own.

  ccdseg evaluate                                    the model that ships, on 'test' and 'general'
  ccdseg evaluate --model models/mine                a model of your own
  ccdseg evaluate --recipe test                      the 42 test images of every training report
  ccdseg evaluate --recipe general --frames 1000     domain randomisation, a thousand frames
  ccdseg evaluate --recipe general --shape 512x1024  larger frames
  ccdseg evaluate --recipe test --library mine.npz   clusters that no training has seen
  ccdseg evaluate --data mine.npz                    your own images and masks
  ccdseg evaluate --model models/cosmics             100 X-ray images, for a model of cosmics
  ccdseg evaluate --data xray                        images of any size in the folder xray/Test,
                                                     with masks in xray/TestAnnotation
  ccdseg evaluate --recipe light --baselines astroscrappy
                                                     and what L.A.Cosmic finds in the same
  ccdseg evaluate --model models/cosmics --domains --baselines deepCR cosmic-conn
                                                     each kind of light, beside other programs
  ccdseg evaluate --false-rates                      false clusters on empty frames, for predict
                                                     --false-rate: into the model's folder alone

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
  sets.ecsv             of each set, for the model and each baseline: objects found, false ones per
                        million pixels, F1 of the pixels
  sets.png              the same as a picture
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

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_model(parser)
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--recipe",
        nargs="+",
        choices=RECIPES,
        help=f"what simulated frames hold: {', '.join(RECIPES)} (default: test general; light for "
        "a model of cosmics)",
        metavar="RECIPE",
    )
    source.add_argument(
        "--domains",
        action="store_true",
        help=f"each kind of light apart: {', '.join(DOMAINS)}",
    )
    source.add_argument(
        "--data",
        type=Path,
        metavar="FILE.npz|DIR",
        help="instead, a file of arrays images and masks, or a folder that holds the folders Test "
        "and TestAnnotation",
    )
    source.add_argument(
        "--false-rates",
        action="store_true",
        help="instead, count false clusters on simulated frames of noise and dark charge alone, at "
        "all operating points, and add the table to report.json in the model's folder, from where "
        "predict --false-rate takes it",
    )
    parser.add_argument(
        "--frames",
        type=positive_int,
        help=f"frames of each recipe (default: {N_FRAMES['general']} of general, "
        f"{N_FRAMES['light']} of light and of each domain, {N_TEST_IMAGES} of others, "
        f"{N_EMPTY} of each noise and dark charge",
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
    parser.add_argument(
        "--store",
        action="store_true",
        help="add efficiency and false rate at other operating points to report.json in the "
        "model's folder, from where predict --threshold tells them",
    )
    add_output(parser, "evaluation")


def run(arguments: argparse.Namespace) -> None:
    """Score the model, write the results and print the report."""
    model = chosen_model(arguments)
    if arguments.false_rates:
        table = store_false_rates(
            model,
            n_frames=arguments.frames,
            shape=arguments.shape,
            seed=arguments.seed,
            progress=True,
        )
        logger.info("%s\nstored in %s", table, model.folder / REPORT)
        return
    evaluation = evaluate(
        model,
        recipes=tuple(DOMAINS) if arguments.domains else arguments.recipe,
        data=arguments.data,
        n_frames=arguments.frames,
        shape=arguments.shape,
        library=arguments.library,
        seed=arguments.seed,
        of=arguments.of,
        baselines=arguments.baselines,
        output=arguments.output,
        overwrite=arguments.overwrite,
        command=arguments.command_line,
        progress=True,
    )
    if arguments.store:
        store_thresholds(model.folder, evaluation)
    logger.info("%s\nreport and figures: %s", evaluation, arguments.output)
