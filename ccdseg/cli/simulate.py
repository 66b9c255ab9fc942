"""``ccdseg simulate``: images whose truth is known."""

from __future__ import annotations

import argparse
import logging
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from ccdseg.cli.options import natural_int, positive_int, shape
from ccdseg.cli.simulated_folders import write_folders
from ccdseg.detector import DAMIC, Detector
from ccdseg.errors import InputError
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io import write_frame
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    FrameRecipe,
    SimulatedImage,
    SimulationRecipe,
    default_library,
    generate_library,
    load_cluster_library,
    simulate_dataset,
    simulate_image,
    simulate_images,
)
from ccdseg.simulation.frame import XRAY
from ccdseg.version import __version__

SUMMARY = "simulate images whose truth is known"

DESCRIPTION = """\
Simulate CCD images, and with them the true class of every pixel.

  ccdseg simulate training --n 180 --output training.npz   dense images to train on
  ccdseg simulate test --n 42 --output test.npz            sparse images to test with
  ccdseg simulate test --n 42 -o test.npz --pictures       and pictures of the first
  ccdseg simulate general --n 200 --output general.npz     frames of any detector and content
  ccdseg simulate xray --n 200 --output cosmics            X-ray images with cosmics, as folders
  ccdseg simulate frame --shape 4000x4000 -o frame.fits.fz a full frame, and frame_truth.fits.fz
  ccdseg simulate frame --recipe general -o frame.fits.fz  and the list of all particles in it
  ccdseg simulate clusters --n 1200 -o clusters.npz        a library of clusters to paste

The sets are .npz files of the arrays images (ADU, float32), masks (class indices, uint8) and
ambiguous (ignore mask of the pixels that no method can decide). X-ray images are written as folders
of PNG of 16 bit, Train, Validation and Test (70, 15 and 15 %), beside them TrainAnnotation, … with
masks of the same names (0 and 255 where there is a cosmic), unless the name ends on .npz.
'train.py --data' reads either."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "kind",
        choices=[*RECIPES, "frame", "clusters"],
        help="recipe of a set of images, one full frame as FITS, or a library of clusters",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="file to write; of xray a folder, too"
    )
    parser.add_argument("--n", type=positive_int, default=42, help="how many (default: 42)")
    parser.add_argument(
        "--shape",
        type=shape,
        metavar="ROWSxCOLUMNS",
        help="size of an image (default: 512x512 of events and xray, 256x256 of others)",
    )
    parser.add_argument(
        "--detector",
        help="preset, or JSON or TOML file (default: damic; drawn for each image by general)",
    )
    parser.add_argument(
        "--recipe", choices=RECIPES, default="test", help="what a full frame holds (default: test)"
    )
    parser.add_argument(
        "--library", type=Path, help="clusters to paste, .npz or .pkl (default: those that ship)"
    )
    parser.add_argument("--seed", type=natural_int, default=0, help="seed (default: 0)")
    parser.add_argument(
        "--pictures", action="store_true", help="also write pictures of the first image"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")


def run(arguments: argparse.Namespace) -> None:
    """Simulate what was asked for and write it."""
    detector = Detector.load(arguments.detector) if arguments.detector else None
    rng = np.random.default_rng(arguments.seed)
    refuse_existing(arguments.output, overwrite=arguments.overwrite)
    for path in _picture_paths(arguments):
        refuse_existing(path, overwrite=arguments.overwrite)
    if arguments.kind == "clusters":
        _demand_suffix(arguments.output, ".npz")
        library = generate_library(arguments.n, detector=detector or DAMIC, rng=rng)
        library.save(arguments.output)
        written = [arguments.output]
    elif arguments.kind == "frame":
        written = _simulate_frame(arguments, detector, rng)
    else:
        written = _simulate_set(arguments, detector, rng)
    for path in written:
        logger.info("wrote %s", path)


def _recipe(arguments: argparse.Namespace, name: str) -> SimulationRecipe | FrameRecipe:
    recipe = RECIPES[name]
    return recipe.scaled(arguments.shape) if arguments.shape else recipe


def _library(arguments: argparse.Namespace) -> ClusterLibrary:
    return load_cluster_library(arguments.library) if arguments.library else default_library()


def _simulate_set(
    arguments: argparse.Namespace, detector: Detector | None, rng: np.random.Generator
) -> list[Path]:
    recipe = _recipe(arguments, arguments.kind)
    if recipe.name == XRAY.name and not arguments.output.suffix:
        return _simulate_folders(arguments, recipe, detector, rng)
    _demand_suffix(arguments.output, ".npz")
    arrays = simulate_dataset(
        recipe,
        n_images=arguments.n,
        detector=detector,
        rng=rng,
        library=_library(arguments),
        progress=True,
    )
    arrays.save(arguments.output)
    return [arguments.output, *_pictures(arguments, arrays.images[0], arrays.masks[0])]


def _simulate_folders(
    arguments: argparse.Namespace,
    recipe: FrameRecipe,
    detector: Detector | None,
    rng: np.random.Generator,
) -> list[Path]:
    images = simulate_images(recipe, arguments.n, detector=detector, rng=rng, n_workers=-1)
    origin = {
        "command": arguments.command_line,
        "ccdseg": __version__,
        "seed": arguments.seed,
        "n_images": arguments.n,
        "recipe": recipe.to_dict(),
        "detector": asdict(detector) if detector else "drawn for each image from the recipe",
    }
    first = write_folders(
        arguments.output, images, arguments.n, origin, overwrite=arguments.overwrite
    )
    return [arguments.output, *_pictures(arguments, first.image, first.mask)]


def _simulate_frame(
    arguments: argparse.Namespace, detector: Detector | None, rng: np.random.Generator
) -> list[Path]:
    _demand_suffix(arguments.output, ".fits", ".fits.gz", ".fits.fz")
    name, suffix = arguments.output.name.rsplit(".fits", 1)
    truth = arguments.output.with_name(f"{name}_truth.fits{suffix}")
    events = arguments.output.with_name(f"{name}_events.ecsv")
    for path in (truth, events):
        refuse_existing(path, overwrite=arguments.overwrite)
    arguments.shape = arguments.shape or (1024, 1024)
    recipe = _recipe(arguments, arguments.recipe)
    if isinstance(recipe, SimulationRecipe):
        recipe = replace(recipe, glow_probability=1.0)
    simulated = simulate_image(recipe, detector=detector, rng=rng, library=_library(arguments))
    raw, keywords = _as_written(simulated), _keywords(simulated.detector, arguments.seed)
    for path, data, hdu in ((arguments.output, raw, "CCD"), (truth, simulated.mask, "TRUTH")):
        write_frame(path, data, name=hdu, keywords=keywords, overwrite=arguments.overwrite)
    with atomic_path(events) as temporary:
        simulated.table().write(temporary, format="ascii.ecsv", overwrite=True)
    return [arguments.output, truth, events, *_pictures(arguments, raw, simulated.mask)]


def _as_written(simulated: SimulatedImage) -> np.ndarray:
    """The image in 16 bits where its noise is resolved and its pedestal positive."""
    image, detector = simulated.image, simulated.detector
    if detector.noise < 1 or detector.pedestal < 10 * detector.noise:
        return image
    return np.clip(np.rint(image), 0, 65535).astype(np.uint16)


def _keywords(detector: Detector, seed: int) -> dict:
    return {
        "DETECTOR": (detector.name, "simulated detector"),
        "GAIN": (round(detector.gain, 6), "ADU per electron"),
        "PEDESTAL": (round(detector.pedestal, 3), "ADU"),
        "NOISE": (round(detector.noise, 3), "standard deviation, ADU"),
        "SIMSEED": (seed, "seed of the simulation"),
    }


def _demand_suffix(path: Path, *suffixes: str) -> None:
    if not path.name.endswith(suffixes):
        raise InputError(f"The name {path} must end on {' or '.join(suffixes)}.")


def _pictures(arguments: argparse.Namespace, image: np.ndarray, mask: np.ndarray) -> list[Path]:
    """Write the image with its label, and its charge distribution."""
    if not arguments.pictures:
        return []
    from ccdseg import plotting

    figures = (plotting.show_frame(image, mask), plotting.show_charge_distribution(image, mask))
    return [
        plotting.save_figure(figure, path, overwrite=arguments.overwrite)
        for figure, path in zip(figures, _picture_paths(arguments), strict=True)
    ]


def _picture_paths(arguments: argparse.Namespace) -> list[Path]:
    """Where the pictures go; none where none are asked for."""
    if not arguments.pictures:
        return []
    if arguments.kind == "clusters":
        raise InputError("--pictures shows an image; a library of clusters has none.")
    stem = arguments.output.name.split(".")[0]
    return [arguments.output.with_name(f"{stem}_{what}.png") for what in ("label", "charge")]
