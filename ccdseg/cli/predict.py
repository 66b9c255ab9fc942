"""``ccdseg predict`` and ``scripts/load_model.py``: from FITS frames to masks and events."""

from __future__ import annotations

import argparse
import logging

from tqdm import tqdm

from ccdseg.cli.common import add_model, add_output
from ccdseg.cli.detectors import DetectorChoice
from ccdseg.cli.frame_results import (
    describe,
    earlier_results,
    remove_results,
    write_results,
)
from ccdseg.cli.inputs import list_frames, refuse_results, stem
from ccdseg.cli.lazy import LazyModel
from ccdseg.cli.parser import natural_int
from ccdseg.cli.segmented import Steps, segment
from ccdseg.detector import PRESETS
from ccdseg.errors import InputError
from ccdseg.files import staged_files
from ccdseg.fits_io import read_frames
from ccdseg.postprocessing import RULES, Rule
from ccdseg.registry import find_model

SUMMARY = "segment FITS frames"

DESCRIPTION = """\
Segment FITS frames with a trained network: which pixels are background, glow, hot pixels, and
clusters that particles left.

  python scripts/load_model.py frame.fits                    with the model that ships
  python scripts/load_model.py night1/ 'more/*.fits.fz'      folders and patterns
  python scripts/load_model.py frame.fits --hdu CCD_B        one HDU, by name or number
  python scripts/load_model.py frame.fits --half right       the right half of the columns
  python scripts/load_model.py frame.fits --section '[1:512,1:1024]'
  python scripts/load_model.py frame.fits --detector auto    energies by the gain that a frame shows
  python scripts/load_model.py frame.fits --detector ccd.toml   or by that of a file
  python scripts/load_model.py frame.fits --find cluster     and pictures of sections with clusters
  python scripts/load_model.py frame.fits --model models/mine --output results

For each frame it writes into the output folder:

  STEM_mask.fits         class of each pixel, one HDU per image, with the header of the input, and
                         the table of events
  STEM_events.ecsv       that table as text: position, signal, energy, shape and flags of clusters
  STEM_events.reg        the events as regions for DS9
  STEM_events.png        the frame with its events outlined and numbered
  STEM_spectrum.png      how their energies are distributed
  STEM_segmentation.png  frame and segmentation
  STEM_summary.json      percentage and number of components of each class, detector, time taken
  STEM_sections/         with --find: image, classes and the chosen class of each section with it

Of several images, regions and pictures are called STEM_HDU_... . Positions count from 0 in the
middle of the first pixel of the HDU; in DS9 and in sections, from 1."""


logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("frames", nargs="+", metavar="FRAME", help="FITS files, folders, patterns")
    add_model(parser)
    parser.add_argument(
        "--hdu", default="all", metavar="NAME|INDEX|all", help="image to segment (default: all)"
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--section", metavar="'[x1:x2,y1:y2]'", help="columns and rows, from 1, both ends included"
    )
    part.add_argument("--half", choices=["left", "right"], help="half of the columns")
    parser.add_argument(
        "--detector",
        metavar="NAME|FILE|auto",
        help=f"for energies: {', '.join(PRESETS)}, a TOML or JSON file, or auto: pedestal, noise "
        "and gain from the peaks of single electrons in each image",
    )
    parser.add_argument(
        "--restrict",
        action="append",
        choices=[_dashed(name) for name in RULES],
        default=[],
        metavar="RULE",
        help=f"geometric restriction, may be repeated: {', '.join(map(_dashed, RULES))}",
    )
    parser.add_argument(
        "--grow", type=natural_int, default=0, metavar="N", help="grow clusters by N pixels"
    )
    parser.add_argument("--find", metavar="CLASS", help="write sections that contain this class")
    add_output(parser, "segmentation")


def run(arguments: argparse.Namespace) -> int:
    """Segment every frame; one that cannot be read is named, and the others go on."""
    model = LazyModel(find_model(arguments.model))
    find = arguments.find and model.classes[arguments.find].name
    steps = Steps(
        detector=DetectorChoice.parse(arguments.detector),
        rules=[_rule(name) for name in arguments.restrict],
        growth=arguments.grow,
    )
    paths = list_frames(arguments.frames)
    refuse_results(paths, arguments.output, overwrite=arguments.overwrite)
    n_failed = 0
    for path in tqdm(paths, desc="Frames", unit="frame", disable=len(paths) == 1):
        try:
            frames = read_frames(
                path, hdu=arguments.hdu, section=arguments.section, half=arguments.half
            )
            earlier = earlier_results(arguments.output, stem(path))
            with staged_files(arguments.output, overwrite=arguments.overwrite) as folder:
                segmented = [segment(frame, model, steps) for frame in frames]
                summary = write_results(segmented, model.segmenter, folder, find=find)
            remove_results(arguments.output, earlier - set(summary["results"]))
            logger.info("%s", describe(summary, arguments.output))
        except InputError as error:
            n_failed += 1
            logger.error("%s: error: %s", arguments.prog, error)
    return 2 if n_failed else 0


def _dashed(name: str) -> str:
    return name.replace(" ", "-")


def _rule(dashed: str) -> Rule:
    """The rule of a name with dashes, as it is by default."""
    return RULES[dashed.replace("-", " ")]()
