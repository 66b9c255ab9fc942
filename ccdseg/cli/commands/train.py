"""``ccdseg train`` and ``scripts/train.py``: from images to a model's folder."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from ccdseg.augmentation import AUGMENTATIONS
from ccdseg.cli.options import add_colours, natural_int, positive_int
from ccdseg.errors import InputError
from ccdseg.training.config_file import read_plan
from ccdseg.training.fine_tuning import fine_tuning_plan
from ccdseg.training.plan import LABELS, TrainingPlan
from ccdseg.training.presets import PRESETS, find_plan
from ccdseg.workflows.learning.training_run import train

DESCRIPTION = """\
Train a network that segments CCD images, and save it as a folder that load_model.py reads.

  python scripts/train.py                                  the default: five minutes on two cores
  python scripts/train.py --preset general                 any detector, by domain randomisation
  python scripts/train.py --preset general --resume        go on with it after it was killed
  python scripts/train.py --preset damic-unet              the model that ships, all five stages
  python scripts/train.py --preset cosmics                 cosmics in X-ray images
  python scripts/train.py --preset paper                   the original of 2020, about half a day
  python scripts/train.py --preset cosmics-paper           the original's DeepLabV3+ for cosmics
  python scripts/train.py --data mine.npz                  your own images and masks
  python scripts/train.py --preset cosmics --data folder   your own pictures and masks
  python scripts/train.py --data folder --weights damic-unet
                                                           go on with your own FITS frames and masks
  python scripts/train.py --simulate 1000 --epochs 30      more images, more epochs
  python scripts/train.py --labels bands                   learn what intensity bands say
  python scripts/train.py --weights damic-unet             start from the weights of a model
  python scripts/train.py --output models/mine --seed 7    another folder, another seed
  python scripts/train.py --config mine.toml               every setting from a file

The folder holds the network, its description (classes, normalisation, operating point), the stages
of its training, every setting (config.toml), the learning curves, pictures of test images, and a
report of precision, recall, F1 and IoU per class on test images that were not trained on: 42 sparse
simulated ones, or with --data the last fifth of the file, or the folder Test.

A configuration file names a preset and holds what differs from it; the options above override it:

  preset = "general"
  n_images = 500
  [network]
  filters = [8, 16, 32, 64]
  [config]
  epochs = 10
  loss = "focal_dice"

A folder of pictures (PNG, TIFF, FITS) holds the folders Train, and beside it TrainAnnotation with
masks of the same names, 0 and 255 where there is a cosmic. Those of Validation and
ValidationAnnotation validate, and those of Test and TestAnnotation test; where they are missing,
the last images of Train do. For a preset of four classes the masks hold class indices, and 255
where a pixel is left undecided; a FITS file may hold several images, its mask as many."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--preset", choices=PRESETS, help="network and hyperparameters (default: default)"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML file of settings that differ from it"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--data",
        type=Path,
        metavar="DATA",
        help="images and masks to train on: arrays in an .npz file, or a folder of the folders "
        "Train and TrainAnnotation, Validation…, Test…",
    )
    source.add_argument(
        "--simulate",
        type=positive_int,
        metavar="N",
        help="simulate N images; the default preset simulates N new ones every epoch",
    )
    parser.add_argument(
        "--simulated-share",
        type=float,
        metavar="SHARE",
        help="share of simulated images among those of --data, so that a model of --weights keeps "
        "what it knows (default: 0)",
    )
    parser.add_argument(
        "--labels",
        choices=LABELS,
        help="what is learnt: what was deposited, or what intensity bands say",
    )
    parser.add_argument(
        "--augment",
        choices=AUGMENTATIONS,
        help="append an augmented copy of every image; they are then simulated once and stored",
    )
    parser.add_argument(
        "--weights",
        metavar="MODEL",
        help="model or weights file to start from, or none; a model of other classes gives all "
        "layers but the last (default: damic-unet for cosmics, none for others); with a folder as "
        "--data and no --preset, the plan is that of the model, half of the images are simulated, "
        "epochs few and the learning rate low",
    )
    parser.add_argument(
        "--backbone-weights",
        metavar="PATH",
        help="weights of the backbone of cosmics-paper: a file, or none for random ones, which are "
        "then trained (default: those of ImageNet, fetched)",
    )
    parser.add_argument("--epochs", type=positive_int, help="passes over the images of each stage")
    parser.add_argument(
        "--learning-rate", type=float, metavar="RATE", help="learning rate, the highest one"
    )
    parser.add_argument(
        "--detector",
        help="preset, or JSON or TOML file (default: damic; drawn for each image by general)",
    )
    parser.add_argument(
        "--output", type=Path, help="folder to write (default: models/ and the preset's name)"
    )
    add_colours(parser)
    parser.add_argument("--seed", type=natural_int, help="seed (default: 0)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing folder")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the same training after it was killed"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train a model and say how good it is."""
    trained = train(
        choose_plan(arguments),
        arguments.output,
        overwrite=arguments.overwrite,
        resume=arguments.resume,
        colours=arguments.colours,
        command=arguments.command_line,
    )
    scores = trained.scores.all_pixels
    logger.info("\n%s\n\nmodel, report and figures: %s", scores, trained.folder)


def choose_plan(arguments: argparse.Namespace) -> TrainingPlan:
    """Plan of the preset or the file, with what the arguments change in it."""
    if arguments.config is None and arguments.preset is None and _goes_on(arguments):
        plan = fine_tuning_plan(arguments.weights)
    elif arguments.config is None:
        plan = find_plan(arguments.preset or "default")
    else:
        plan = read_plan(arguments.config, preset=arguments.preset)
    settings = {
        "data": arguments.data,
        "n_images": arguments.simulate,
        "labels": arguments.labels,
        "simulated_share": arguments.simulated_share,
        "augment": arguments.augment,
        "weights": arguments.weights,
        "detector": arguments.detector,
    }
    settings = {name: value for name, value in settings.items() if value is not None}
    if settings.get("weights") == "none":
        settings["weights"] = None
    if "n_images" in settings:
        settings["data"] = None
    config = {name: getattr(arguments, name) for name in ("epochs", "learning_rate", "seed")}
    config = {name: value for name, value in config.items() if value is not None}
    network = plan.network | _backbone(arguments, plan)
    return replace(plan, network=network, **settings).with_config(**config)


def _goes_on(arguments: argparse.Namespace) -> bool:
    """Whether a model goes on with images of one's own, in the folders Train…."""
    named = arguments.weights not in (None, "none") and not Path(arguments.weights).is_file()
    return named and arguments.data is not None and arguments.data.is_dir()


def _backbone(arguments: argparse.Namespace, plan: TrainingPlan) -> dict:
    """Arguments of the network that --backbone-weights sets."""
    weights = arguments.backbone_weights
    if weights is None:
        return {}
    if "backbone" not in plan.network:
        raise InputError(
            f"The network of the preset {plan.name} has no backbone; leave --backbone-weights "
            "out, or take --preset cosmics-paper."
        )
    if weights == "none":
        return {"backbone": None, "frozen": False}
    if not Path(weights).is_file():
        raise InputError(f"--backbone-weights {weights}: no such file; give one, or none.")
    return {"backbone": weights}
