"""``ccdseg evaluate``: how good a model is, and on which frames."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.cli.common import add_model, add_output
from ccdseg.cli.evaluation_report import RESULTS, Scores, score_frame, write_results
from ccdseg.cli.lazy import LazyModel
from ccdseg.cli.parser import natural_int, positive_int, shape
from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.errors import InputError
from ccdseg.evaluation import ConditionTable
from ccdseg.files import refuse_existing, staged_files
from ccdseg.presets import N_TEST_IMAGES, TEST_SEED
from ccdseg.registry import find_model
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    FrameRecipe,
    SimulatedImage,
    SimulationRecipe,
    load_cluster_library,
    simulate_images,
)

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

It prints the report and writes into the output folder:

  report.txt       precision, recall, F1 and IoU of each class on each set of frames, of all pixels
                   (strict) and without those that no method can decide (clear)
  report.json      the same as numbers, and the calibration of the probabilities
  conditions.ecsv  scores by read noise, gradient of the background, crowding and shape of the glow:
                   a table that astropy reads (QTable.read)
  conditions.png   the clear F1 of that table as a picture
  reliability.png  whether pixels of probability 0.3 are right in three of ten cases
  confusion.png    which class is taken for which

The pictures are of the frames of all recipes together."""

_N_FRAMES = {"general": 200}

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_model(parser)
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--recipe",
        nargs="+",
        choices=RECIPES,
        help=f"what simulated frames hold: {', '.join(RECIPES)} (default: test general)",
        metavar="RECIPE",
    )
    source.add_argument(
        "--data", type=Path, metavar="FILE.npz", help="arrays images and masks instead"
    )
    parser.add_argument(
        "--n",
        type=positive_int,
        help=f"frames of each recipe (default: {_N_FRAMES['general']} of general, "
        f"{N_TEST_IMAGES} of others)",
    )
    parser.add_argument(
        "--shape", type=shape, metavar="ROWSxCOLUMNS", help="size of a frame (default: 256x256)"
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
    add_output(parser, "evaluation")


class KnownFrame(NamedTuple):
    """A frame and its truth; the attributes are those of `SimulatedImage`."""

    image: np.ndarray
    mask: np.ndarray
    unclear: np.ndarray | None
    conditions: dict


@dataclass(frozen=True)
class SimulatedFrames:
    """Frames of a recipe, simulated when they are asked for."""

    recipe: SimulationRecipe | FrameRecipe
    n_frames: int
    seed: int
    library: ClusterLibrary | None = None

    def __len__(self) -> int:
        return self.n_frames

    def __iter__(self) -> Iterator[SimulatedImage]:
        return simulate_images(
            self.recipe,
            self.n_frames,
            rng=np.random.default_rng(self.seed),
            library=self.library,
        )

    @property
    def origin(self) -> dict:
        """What makes the frames again."""
        return {
            "recipe": self.recipe.name,
            "shape": list(self.recipe.shape),
            "seed": self.seed,
        }


@dataclass(frozen=True)
class StoredFrames:
    """Frames of a file."""

    path: Path
    arrays: ArraySet = field(repr=False)

    def __len__(self) -> int:
        return len(self.arrays)

    def __iter__(self) -> Iterator[KnownFrame]:
        for i, (image, mask) in enumerate(zip(*self.arrays, strict=True)):
            unclear = None if self.arrays.unclear is None else self.arrays.unclear[i]
            yield KnownFrame(image, mask, unclear, {})

    @property
    def origin(self) -> dict:
        """Where the frames come from."""
        return {"data": str(self.path), "shape": list(self.arrays.images.shape[1:])}


def run(arguments: argparse.Namespace) -> None:
    """Score the model on every set of frames, and write what was found."""
    model = LazyModel(find_model(arguments.model))
    sets = choose_sets(arguments, model.classes)
    for name in RESULTS:
        refuse_existing(arguments.output / name, overwrite=arguments.overwrite)
    with staged_files(arguments.output, overwrite=arguments.overwrite) as folder:
        table = ConditionTable(model.classes)
        scores = {name: evaluate(model, name, frames, table) for name, frames in sets.items()}
        origins = {name: frames.origin for name, frames in sets.items()}
        text = write_results(
            folder, model.segmenter.name, scores, origins, table, command=arguments.command_line
        )
    logger.info("%s\nreport and figures: %s", text, arguments.output)


def choose_sets(
    arguments: argparse.Namespace, classes: ClassCatalogue
) -> dict[str, SimulatedFrames | StoredFrames]:
    """Sets of frames by name."""
    if arguments.data:
        return {arguments.data.stem: _stored(arguments, classes)}
    if classes.names != CLASSES.names:
        raise InputError(
            f"The model {arguments.model} tells {', '.join(classes.names)} apart, simulated frames "
            f"hold {', '.join(CLASSES.names)}; evaluate it with --data."
        )
    recipes = {
        name: RECIPES[name].scaled(arguments.shape) if arguments.shape else RECIPES[name]
        for name in arguments.recipe or ("test", "general")
    }
    library = arguments.library and load_cluster_library(arguments.library)
    if library is not None and all(isinstance(recipe, FrameRecipe) for recipe in recipes.values()):
        raise InputError(
            f"--library does not fit --recipe {' '.join(recipes)}, which makes its own particles; "
            "add the recipe test, or leave it out."
        )
    chosen_seed = TEST_SEED if arguments.seed is None else arguments.seed
    return {
        name: SimulatedFrames(
            recipe, arguments.n or _N_FRAMES.get(name, N_TEST_IMAGES), chosen_seed, library
        )
        for name, recipe in recipes.items()
    }


def _stored(arguments: argparse.Namespace, classes: ClassCatalogue) -> StoredFrames:
    for name in ("n", "shape", "library", "seed"):
        if getattr(arguments, name) is not None:
            raise InputError(f"--{name} is about simulated frames; leave it out with --data.")
    arrays = load_array_set(arguments.data, n_classes=len(classes))
    if arrays.masks is None:
        raise InputError(f"{arguments.data} holds no masks to compare with; add them.")
    return StoredFrames(arguments.data, arrays)


def evaluate(
    model: LazyModel, name: str, frames: SimulatedFrames | StoredFrames, table: ConditionTable
) -> Scores:
    """Scores of one set, frame by frame; each frame is also added to `table`."""
    segmenter, total = model.segmenter, None
    for frame in tqdm(frames, desc=f"Evaluating ({name})", unit="frame"):
        prediction = segmenter.predict(frame.image)
        scores = score_frame(frame.mask, frame.unclear, prediction, model.classes)
        table.add(scores.strict, scores.clear or scores.strict, {"recipe": name} | frame.conditions)
        total = scores if total is None else total + scores
    return total
