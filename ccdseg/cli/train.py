"""``ccdseg train`` and ``scripts/train.py``: from images to a model's folder."""

from __future__ import annotations

import argparse
import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.augmentation import AUGMENTATIONS, append_augmented
from ccdseg.cli.calibration import calibrate, calibration_frames
from ccdseg.cli.parser import natural_int, positive_int
from ccdseg.cli.quiet import import_keras
from ccdseg.cli.training_report import record_training, score, write_figures, write_report
from ccdseg.cli.unfinished import begin, find_unfinished
from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.detector import DAMIC, Detector
from ccdseg.errors import InputError
from ccdseg.files import atomic_folder, refuse_existing
from ccdseg.mask import Thresholds, threshold_mask
from ccdseg.presets import N_TEST_IMAGES, PRESETS, TEST_SEED, Preset
from ccdseg.provenance import code_state
from ccdseg.registry import NETWORK, find_model
from ccdseg.simulation import SimulationRecipe, simulate_dataset
from ccdseg.training_state import LOG_FILE

if TYPE_CHECKING:
    from ccdseg.inference import Segmenter

SUMMARY = "train a model on simulated images or on your own"

DESCRIPTION = """\
Train a network that segments CCD images, and save it as a folder that load_model.py reads.

  python scripts/train.py                                  the default: five minutes on two cores
  python scripts/train.py --preset general                 any frame: the model that ships
  python scripts/train.py --preset general --resume        go on with it after it was killed
  python scripts/train.py --preset cosmics                 cosmics in X-ray images
  python scripts/train.py --preset paper                   the original of 2020, about half a day
  python scripts/train.py --data mine.npz                  your own images and masks
  python scripts/train.py --simulate 1000 --epochs 30      more images, more epochs
  python scripts/train.py --labels threshold               learn what intensity thresholds say
  python scripts/train.py --weights damic-unet             start from the weights of a model
  python scripts/train.py --output models/mine --seed 7    another folder, another seed

The folder holds the network, its description (classes, normalisation, how it was trained), the
learning curves, pictures of test images, and a report of precision, recall, F1 and IoU per class
on test images that were not trained on: 42 sparse simulated ones, or with --data the last fifth of
the file."""

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
        "--data", type=Path, metavar="FILE.npz", help="arrays images and masks to train on"
    )
    source.add_argument(
        "--simulate",
        type=positive_int,
        metavar="N",
        help="simulate N images; the default preset simulates N new ones every epoch",
    )
    parser.add_argument(
        "--labels",
        choices=["truth", "threshold"],
        help="what is learnt: what was deposited, or what intensity thresholds say",
    )
    parser.add_argument(
        "--augment",
        choices=AUGMENTATIONS,
        help="append an augmented copy of every image; they are then simulated once and stored",
    )
    parser.add_argument("--weights", metavar="MODEL", help="model or weights file to start from")
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


@dataclass(frozen=True)
class Sets:
    """What is trained and tested on; `training` is None where images are simulated on the fly."""

    training: ArraySet | None
    test: ArraySet
    thresholds: Thresholds | None


def run(arguments: argparse.Namespace) -> None:
    """Train a model: the story from the arguments to the folder."""
    output = arguments.output or Path("models") / arguments.preset
    refuse_existing(output, overwrite=arguments.overwrite)
    weights = find_weights(arguments.weights)
    preset = choose_preset(arguments)
    data = arguments.data and load_array_set(arguments.data, n_classes=len(preset.classes))
    detector = choose_detector(arguments, preset)
    code = code_state()
    state = find_unfinished(output, arguments)
    import_keras()
    sets = split_or_simulate(arguments, preset, detector, data)
    segmenter = build_segmenter(preset, name=output.name, weights=weights)
    begin(state, arguments)
    fit(segmenter, preset, sets, detector, state)
    reliability = calibrate(segmenter, calibration_frames(preset, detector, sets.training))
    prediction = segmenter.predict(sets.test.images, progress=True)
    strict, clear = score(segmenter, sets.test, prediction)
    record_training(segmenter, arguments, preset, detector, code=code)
    with atomic_folder(output, overwrite=arguments.overwrite) as folder:
        shutil.copy(state / LOG_FILE, folder)
        segmenter.write(folder)
        write_report(folder, segmenter, strict, clear)
        write_figures(
            folder, segmenter, sets.test, prediction, report=strict, reliability=reliability
        )
    shutil.rmtree(state)
    logger.info("\n%s\n\nmodel, report and figures: %s", strict, output)


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


def choose_detector(arguments: argparse.Namespace, preset: Preset) -> Detector | None:
    """Detector of all images; None where the recipe draws one for each."""
    if arguments.detector:
        return Detector.load(arguments.detector)
    return DAMIC if isinstance(preset.recipe, SimulationRecipe) else None


def split_or_simulate(
    arguments: argparse.Namespace,
    preset: Preset,
    detector: Detector | None,
    data: ArraySet | None,
) -> Sets:
    """Training and test images with the labels that the preset asks for."""
    thresholds = None
    if preset.labels == "threshold":
        thresholds = _thresholds(preset, detector)
    if data is not None:
        training, test = _labelled(data, thresholds, arguments.data).split(0.2)
    else:
        test = simulate_dataset(
            preset.test_recipe,
            n_images=N_TEST_IMAGES,
            detector=detector,
            rng=np.random.default_rng(TEST_SEED),
            classes=preset.classes,
            progress=True,
        )
        training = None if preset.streamed else _simulate_training(preset, detector, thresholds)
    if arguments.augment:
        rng = np.random.default_rng([arguments.seed, 2])
        training = append_augmented(training, arguments.augment, rng=rng)
    return Sets(training, test, thresholds)


def _thresholds(preset: Preset, detector: Detector | None) -> Thresholds:
    if not isinstance(preset.recipe, SimulationRecipe):
        raise InputError(
            f"--labels threshold needs one pedestal and noise; the preset {preset.name} draws them "
            "for each image. Take another preset, or --labels truth."
        )
    return Thresholds.from_detector(detector, preset.recipe)


def _simulate_training(
    preset: Preset, detector: Detector | None, thresholds: Thresholds | None
) -> ArraySet:
    arrays = simulate_dataset(
        preset.recipe,
        n_images=preset.n_images,
        detector=detector,
        rng=np.random.default_rng(preset.config.seed),
        classes=preset.classes,
        progress=True,
    )
    return _labelled(arrays, thresholds, "the simulation")


def _labelled(arrays: ArraySet, thresholds: Thresholds | None, source: Path | str) -> ArraySet:
    """The set with masks by thresholds where these are given."""
    if thresholds is not None:
        return ArraySet(arrays.images, threshold_mask(arrays.images, thresholds), arrays.unclear)
    if arrays.masks is None:
        raise InputError(f"{source} holds no masks; add them, or pass --labels threshold.")
    return arrays


def build_segmenter(preset: Preset, *, name: str, weights: Path | None) -> Segmenter:
    """Untrained segmenter of a preset, or one with the weights of another of its kind."""
    import keras

    from ccdseg.inference import Segmenter
    from ccdseg.models import NETWORKS

    keras.utils.set_random_seed(preset.config.seed)
    build = NETWORKS[preset.architecture]
    network = build((None, None, 1), len(preset.classes), weights=weights, **preset.network)
    logger.info("network: %s parameters", f"{network.count_params():,}")
    return Segmenter(network, classes=preset.classes, normalizer=preset.normalizer, name=name)


def fit(
    segmenter: Segmenter, preset: Preset, sets: Sets, detector: Detector | None, folder: Path
) -> None:
    """Train on the stored images, or on new ones every epoch."""
    from ccdseg.training import train, train_on_simulation

    if sets.training is not None:
        train(segmenter, *sets.training, config=preset.config, folder=folder)
        return
    train_on_simulation(
        segmenter,
        preset.recipe,
        n_images=preset.n_images,
        detector=detector,
        thresholds=sets.thresholds,
        config=preset.config,
        folder=folder,
    )
