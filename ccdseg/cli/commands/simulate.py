"""``ccdseg simulate``: images whose truth is known."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ccdseg.cli.options import add_colours, natural_int, positive_int, shape
from ccdseg.detector import DAMIC, Detector
from ccdseg.errors import InputError
from ccdseg.simulation import RECIPES, RawReadout
from ccdseg.workflows import simulate, simulate_library, simulate_raw

DESCRIPTION = """\
Simulate CCD images, and with them the true class of every pixel.

  ccdseg simulate training --n 180 --output training.npz   dense images to train on
  ccdseg simulate test --n 42 --output test.npz            sparse images to test with
  ccdseg simulate test --n 42 -o test.npz --pictures       and pictures of the first
  ccdseg simulate general --n 200 --output general.npz     domain randomisation, any detector
  ccdseg simulate xray --n 200 --output cosmics            X-ray images with cosmics, as folders
  ccdseg simulate frame --shape 4000x4000 -o frame.fits.fz a full frame, and frame_truth.fits.fz
  ccdseg simulate frame --recipe general -o frame.fits.fz  and the list of all that is in it
  ccdseg simulate raw --n 20 --samples 200 -o raw          raw exposures of four amplifiers
  ccdseg simulate clusters --n 1200 -o clusters.npz        a library of clusters to paste

The sets are .npz files of the arrays images (ADU, float32), masks (class indices, uint8) and
ambiguous (ignore mask of the pixels that no method can decide). Images of X-rays and of light are
written as folders of PNG of 16 bit, Train, Validation and Test (70, 15 and 15 %), beside them
TrainAnnotation, … with masks of the same names (0 and 255 where there is a cosmic), unless the name
ends on .npz. 'train.py --data' reads either.

Beside a set and a frame lies STEM_deposits.npz: which particle left how much charge in which pixel
(ccdseg.simulation.load_events). Beside a frame lie STEM_truth.fits, the class of each pixel;
STEM_particles.fits, the number of the particle that left most charge there; and STEM_events.ecsv,
the table of all elements, with that number in the column event."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "kind",
        choices=[*RECIPES, "frame", "raw", "clusters"],
        help="recipe of a set of images, one full frame as FITS, raw exposures of one CCD, or a "
        "library of clusters",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        help="file to write; of X-rays and light a folder, too",
    )
    parser.add_argument("--n", type=positive_int, default=42, help="how many (default: 42)")
    parser.add_argument(
        "--shape",
        type=shape,
        metavar="ROWSxCOLUMNS",
        help="size of an image (default: 512x512 of events and of light, 256x256 of other recipes, "
        "1024x1024 of a full frame)",
    )
    parser.add_argument(
        "--detector",
        help="preset, or JSON or TOML file (default: damic of training, test and mixed; drawn for "
        "each image by other recipes)",
    )
    parser.add_argument(
        "--recipe", choices=RECIPES, default="test", help="what a full frame holds (default: test)"
    )
    parser.add_argument(
        "--library", type=Path, help="clusters to paste, .npz or .pkl (default: those that ship)"
    )
    parser.add_argument(
        "--samples",
        type=positive_int,
        default=200,
        metavar="N",
        help="samples of each pixel of raw exposures (default: 200)",
    )
    parser.add_argument("--seed", type=natural_int, default=0, help="seed (default: 0)")
    parser.add_argument(
        "--pictures", action="store_true", help="also write pictures of the first image"
    )
    add_colours(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")


def run(arguments: argparse.Namespace) -> None:
    """Simulate what was asked for and write it."""
    detector = Detector.load(arguments.detector) if arguments.detector else None
    settings = {"seed": arguments.seed, "overwrite": arguments.overwrite}
    if arguments.kind == "raw":
        run = simulate_raw(
            arguments.output,
            n_exposures=arguments.n,
            shape=arguments.shape or (256, 512),
            readout=RawReadout(n_samples=arguments.samples),
            **settings,
        )
        written = [*run.exposures, run.detector]
    elif arguments.kind == "clusters":
        if arguments.pictures:
            raise InputError("--pictures shows an image; a library of clusters has none.")
        detector = detector or DAMIC
        library = simulate_library(arguments.output, arguments.n, detector=detector, **settings)
        written = [library]
    else:
        is_frame = arguments.kind == "frame"
        if is_frame != (".fits" in arguments.output.suffixes):
            wanted = ".fits" if is_frame else ".npz"
            raise InputError(f"The name {arguments.output} must end on {wanted}.")
        written = simulate(
            arguments.recipe if is_frame else arguments.kind,
            arguments.output,
            n_images=arguments.n,
            shape=arguments.shape,
            detector=detector,
            library=arguments.library,
            pictures=arguments.pictures,
            colours=arguments.colours,
            command=arguments.command_line,
            **settings,
        )
    for path in written:
        logger.info("wrote %s", path)
