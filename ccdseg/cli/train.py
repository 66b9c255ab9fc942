"""``ccdseg train`` and ``scripts/train.py``: from images to a model's folder."""

from __future__ import annotations

import argparse
import logging
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.augmentation import AUGMENTATIONS
from ccdseg.cli.calibration import calibrate, calibration_frames
from ccdseg.cli.options import natural_int, positive_int
from ccdseg.cli.training_data import Sets, load_data, split_or_simulate
from ccdseg.cli.training_report import (
    choose_check_image,
    earlier_stages,
    score,
    summary,
    training_stage,
    write_figures,
    write_report,
)
from ccdseg.cli.unfinished import begin, find_unfinished
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.files import atomic_folder, refuse_existing
from ccdseg.segmentation.loading import import_keras
from ccdseg.segmentation.store import NETWORK, find_model, read_classes
from ccdseg.training.checkpoint import LOG_FILE
from ccdseg.training.presets import PRESETS, Preset
from ccdseg.version import package_version

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

SUMMARY = "train a model on simulated images or on your own"

DESCRIPTION = """\
Train a network that segments CCD images, and save it as a folder that load_model.py reads.

  python scripts/train.py                                  the default: five minutes on two cores
  python scripts/train.py --preset general                 any frame: the model that ships
  python scripts/train.py --preset general --resume        go on with it after it was killed
  python scripts/train.py --preset cosmics                 cosmics in X-ray images
  python scripts/train.py --preset paper                   the original of 2020, about half a day
  python scripts/train.py --preset cosmics-paper           the original's DeepLabV3+ for cosmics
  python scripts/train.py --data mine.npz                  your own images and masks
  python scripts/train.py --preset cosmics --data folder   your own pictures and masks
  python scripts/train.py --simulate 1000 --epochs 30      more images, more epochs
  python scripts/train.py --labels bands                   learn what intensity bands say
  python scripts/train.py --weights damic-unet             start from the weights of a model
  python scripts/train.py --output models/mine --seed 7    another folder, another seed

The folder holds the network, its description (classes, normalisation, how it was trained), the
learning curves, pictures of test images, and a report of precision, recall, F1 and IoU per class
on test images that were not trained on: 42 sparse simulated ones, or with --data the last fifth of
the file, or the folder Test.

A folder of pictures (PNG, TIFF, FITS) holds the folders Train, and beside it TrainAnnotation with
masks of the same names, 0 and 255 where there is a cosmic. Those of Validation and
ValidationAnnotation validate, and those of Test and TestAnnotation test; where they are missing,
the last images of Train do."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        default="default",
        help="network and hyperparameters (default: default)",
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
        "--labels",
        choices=["truth", "bands"],
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
        "layers but the last (default: damic-unet for cosmics, none for others)",
    )
    parser.add_argument(
        "--backbone-weights",
        metavar="PATH",
        help="weights of the backbone of cosmics-paper: a file, or none for random ones, which are "
        "then trained (default: those of ImageNet, fetched)",
    )
    parser.add_argument("--epochs", type=positive_int, help="passes over the images")
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
    parser.add_argument("--seed", type=natural_int, default=0, help="seed (default: 0)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing folder")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the same training after it was killed"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train a model: the story from the arguments to the folder."""
    output = arguments.output or Path("models") / arguments.preset
    refuse_existing(output, overwrite=arguments.overwrite)
    preset = choose_preset(arguments)
    weights = find_weights(preset.weights)
    data = load_data(arguments, preset)
    detector = choose_detector(arguments, preset)
    code = package_version()  # before hours in which the files may change
    state = find_unfinished(output, arguments)
    import_keras()
    segmenter = build_segmenter(preset, name=output.name, weights=weights)
    sets = split_or_simulate(arguments, preset, detector, data)
    begin(state, arguments)
    history = fit(segmenter, preset, sets, detector, state)
    segmenter, reliability = calibrate(segmenter, calibration_frames(preset, detector, sets))
    scores, examples = score(segmenter, sets.test_frames(), len(sets.test))
    stage = training_stage(arguments, preset, detector, code=code, history=history)
    training = [*earlier_stages(preset.weights), stage]
    with atomic_folder(output, overwrite=arguments.overwrite) as folder:
        shutil.copy(state / LOG_FILE, folder)
        segmenter.write(
            folder,
            training=training,
            report=summary(scores),
            check_image=choose_check_image(examples),
        )
        write_report(folder, scores, command=arguments.command_line)
        write_figures(
            folder,
            history,
            classes=segmenter.classes,
            report=scores.all_pixels,
            examples=examples,
            reliability=reliability,
        )
    shutil.rmtree(state)
    logger.info("\n%s\n\nmodel, report and figures: %s", scores.all_pixels, output)


def find_weights(name: str | None) -> Path | None:
    """Weights to start from: of a model by name or folder, or a file."""
    if name is None or Path(name).is_file():
        return name and Path(name)
    return find_model(name) / NETWORK


def choose_preset(arguments: argparse.Namespace) -> Preset:
    """Preset with what the arguments change in it."""
    preset = PRESETS[arguments.preset]
    return replace(
        preset,
        network=preset.network | _backbone(arguments, preset),
        weights=_weights(arguments, preset),
        labels=arguments.labels or preset.labels,
        n_images=arguments.simulate or preset.n_images,
        streamed=preset.streamed and not (arguments.augment or arguments.data),
        config=replace(
            preset.config,
            epochs=arguments.epochs or preset.config.epochs,
            learning_rate=preset.config.learning_rate
            if arguments.learning_rate is None
            else arguments.learning_rate,
            seed=arguments.seed,
        ),
    )


def _weights(arguments: argparse.Namespace, preset: Preset) -> str | None:
    """Model or file whose weights are the start; None for random ones."""
    return None if arguments.weights == "none" else arguments.weights or preset.weights


def _backbone(arguments: argparse.Namespace, preset: Preset) -> dict:
    """What --backbone-weights changes in the network."""
    weights = arguments.backbone_weights
    if weights is None:
        return {}
    if "backbone" not in preset.network:
        raise InputError(
            f"The network of the preset {preset.name} has no backbone; leave --backbone-weights "
            "out, or take --preset cosmics-paper."
        )
    if weights == "none":
        return {"backbone": None, "frozen": False}
    if not Path(weights).is_file():
        raise InputError(f"--backbone-weights {weights}: no such file; give one, or none.")
    return {"backbone": weights}


def choose_detector(arguments: argparse.Namespace, preset: Preset) -> Detector | None:
    """Detector of all images; None where the recipe draws one for each."""
    if arguments.detector:
        return Detector.load(arguments.detector)
    return preset.recipe.fixed_detector


def build_segmenter(preset: Preset, *, name: str, weights: Path | None) -> Segmenter:
    """Untrained segmenter of a preset, or one with the weights of another of its kind."""
    import keras

    from ccdseg.models import NETWORKS
    from ccdseg.models.weights import load_body, load_weights
    from ccdseg.segmentation.segmenter import Segmenter

    keras.utils.set_random_seed(preset.config.seed)
    build = NETWORKS[preset.architecture]
    network = build((None, None, 1), len(preset.classes), **preset.network)
    if weights is not None:
        is_model = weights.name == NETWORK
        same_classes = not is_model or read_classes(weights.parent) == preset.classes
        (load_weights if same_classes else load_body)(network, weights)
    return Segmenter(
        network,
        classes=preset.classes,
        normalizer=preset.normalizer,
        input_size=preset.input_size,
        name=name,
    )


def fit(
    segmenter: Segmenter, preset: Preset, sets: Sets, detector: Detector | None, folder: Path
) -> dict[str, list[float]]:
    """Train on the stored images, or on new ones every epoch; returns the history."""
    from ccdseg.training import ArrayData, FolderData, SimulatedData, train

    logger.info("network: %s parameters", f"{segmenter.network.count_params():,}")
    validation = None
    if isinstance(sets.training, ArraySet):
        data = ArrayData(sets.training)
    elif sets.training is not None:
        data = FolderData(sets.training)
        validation = sets.validation and FolderData(sets.validation)
    else:
        data = SimulatedData(
            preset.recipe,
            preset.n_images,
            classes=preset.classes,
            detector=detector,
            bands=sets.bands,
        )
    return train(segmenter, data, validation=validation, config=preset.config, folder=folder)
