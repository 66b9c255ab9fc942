"""``ccdseg predict`` and ``scripts/load_model.py``: from images to masks and events."""

from __future__ import annotations

import argparse
import logging
import math
from pathlib import Path

from ccdseg.cli.options import add_model, add_output, chosen_model, natural_int, positive_int
from ccdseg.cli.reduce import add_reduction, reduction_of
from ccdseg.detector import DETECTORS
from ccdseg.errors import InputError
from ccdseg.postprocessing import RULES, BridgeTracks
from ccdseg.workflows.reduction import reduce_files
from ccdseg.workflows.segment import counts, run_table, segment_files
from ccdseg.workflows.segment.inputs import list_images
from ccdseg.workflows.segment.pictures import PICTURES

DESCRIPTION = """\
Segment FITS frames, PNG and TIFF pictures, and stacks of beamlines (TIFF, HDF5, EDF, CBF), of any
size, with a trained network: which pixels are background, glow, hot pixels, and clusters or cosmics
that particles left.

  python scripts/load_model.py frame.fits                    with the model that ships
  python scripts/load_model.py night1/ 'more/*.fits.fz'      folders and patterns
  python scripts/load_model.py @files.txt --skip-existing    a list; go on with a run after a kill
  python scripts/load_model.py nights/ --workers 16          many files, by 16 processes
  python scripts/load_model.py --model NAME images/*.png     pictures, with a model of your choice
  python scripts/load_model.py frame.fits --hdu CCD_B        one HDU, by name or number
  python scripts/load_model.py scan.h5::/entry/data/data     images of a data set, one by one
  python scripts/load_model.py frame.fits --half right       the right half of the columns
  python scripts/load_model.py frame.fits --section '[1:512,1:1024]'
  python scripts/load_model.py frame.fits --detector auto    energies by the gain that a frame shows
  python scripts/load_model.py frame.fits --detector ccd.toml   or by that of a file
  python scripts/load_model.py frame.fits --amplifiers 2x2   read by four amplifiers
  python scripts/load_model.py rixs.tif --model cosmics-unet --photon 92   photons are known
  python scripts/load_model.py frame.fits --bad-pixels bad.fits --dq-bits '~4'   known bad pixels
  python scripts/load_model.py frame.fits --threshold cluster=0.9   fewer false clusters
  python scripts/load_model.py frame.fits --defects defects.fits   known hot pixels are no particles
  python scripts/load_model.py raw.fits --reduce --detector auto   samples and overscan first
  python scripts/load_model.py nights/ --detector auto --events events.parquet   one table of events
  python scripts/load_model.py frame.fits --find cluster     and pictures of sections with clusters
  python scripts/load_model.py frame.fits --grow 2 --clean   and the frame without its particles
  python scripts/load_model.py frame.fits --model models/mine --output results

For each file it writes into the output folder:

  STEM_mask.fits         class of each pixel, one HDU per image, with the header of the input, the
                         table of events, and in NAME_LABELS the event of each pixel
  STEM_mask.png, .tif    for a picture, or each image of a TIFF, EDF or CBF, in place of it: of two
                         classes, particles are 255 and the rest 0; of more, the values are class
                         indices, shown in their colours
  STEM_mask.h5           for HDF5: class of each pixel, event of each pixel, and table of events
  STEM_events.ecsv       that table as text: position, signal, energy, shape and flags of clusters
                         or cosmics, which are connected pixels, corners included
  STEM_events.reg        the events as regions for DS9 (FITS)
  STEM_events.png        the image with its events outlined and numbered
  STEM_overlay.png       the image with its particles tinted
  STEM_spectrum.png      how their energies are distributed
  STEM_segmentation.png  image and segmentation
  STEM_summary.json      percentage and number of components of each class, amplifiers, detector,
                         time taken
  STEM_sections/         with --find: image, classes and the chosen class of each section with it
  STEM_clean.fits        with --clean: the whole file, the particles of each segmented image filled
                         from their surroundings; every other pixel and HDU stays as it is, but what
                         was compressed becomes plain
  STEM_clean.*           that of a picture or stack, of the same format and bit depth; beside it
  STEM_filled.*          the pixels that were filled (in HDF5 the data set "filled")
  STEM_dq.fits           with --format dq: bits of each pixel, named by the keywords DQBIT0, DQBIT1,
                         ...: NOT_FINITE, FLAGGED, SATURATED, DEFECT, and one for each class
  STEM_probabilities.fits  with --probabilities: probability of each class, a plane per class
  reduced/               with --reduce: the frames made of raw files
  counts.ecsv            particles of all images of the folder, one line each: file, HDU, size,
                         number of particles, pixels, percent; a later call adds its images
  run.ecsv               images of this call, one line each: percentages of the classes, events,
                         detector, time, model, and why a file has no results
  events.parquet         with --events events.parquet: the events of all images of this call

Of several images, regions and pictures are called STEM_HDU_... . Positions count from 0 in the
middle of the first pixel of the HDU, and from the upper left one of a picture; in DS9 and in
sections, from 1. With --section and --half the rest of the image is neither segmented nor cleaned,
and no filling draws on it."""


_NONE = "none"

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help="FITS, PNG, TIFF, HDF5 (FILE::DATASET where it has several), EDF and CBF files, "
        "folders, patterns, and @LIST for a text file of them",
    )
    add_model(parser)
    parser.add_argument(
        "--hdu",
        default="all",
        metavar="NAME|INDEX|all",
        help="image of a FITS file or number of one of a stack to segment (default: all)",
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--section", metavar="'[x1:x2,y1:y2]'", help="columns and rows, from 1, both ends included"
    )
    part.add_argument("--half", choices=["left", "right"], help="half of the columns")
    parser.add_argument(
        "--bad-pixels",
        metavar="FILE",
        help="FITS file of bad pixels (not 0), one image for all or one HDU per image; they count "
        "in no statistic, seed no particle, and are filled for the network",
    )
    parser.add_argument(
        "--dq-bits",
        default="all",
        metavar="BITS",
        help="bits of DQ or MASK HDUs and of --bad-pixels that make a pixel bad: all, none, "
        "numbers as 4,8 or ~16 (all but that), or names that the file gives, as HOT,DEAD "
        "(default: all)",
    )
    parser.add_argument(
        "--defects",
        metavar="FILE",
        help="defects of the detector, as from ccdseg defects: what stays in all exposures is "
        "subtracted, and never a particle",
    )
    parser.add_argument(
        "--bad-values",
        type=_bad_values,
        default="auto",
        metavar="auto|none|N,N,...",
        help="numbers of pictures and stacks that stand for no value; write --bad-values=-1,-2 "
        "(default: auto, 4294967295, and -1 and -2 where no other number is negative)",
    )
    parser.add_argument(
        "--detector",
        metavar="NAME|FILE|auto",
        help=f"for energies: {', '.join(DETECTORS)}, a TOML or JSON file, or auto: pedestal, noise "
        "and gain from the peaks of single electrons in each image",
    )
    parser.add_argument(
        "--amplifiers",
        default="auto",
        metavar="auto|none|ROWSxCOLUMNS|SECTIONS",
        help="sections of amplifiers, brought to one pedestal and noise: found in each image, one, "
        "equal parts as 2x2, or as '[1:512,1:1024] [513:1024,1:1024]', columns and rows of the "
        "part that is segmented (default: auto)",
    )
    parser.add_argument(
        "--photon",
        type=_photon,
        default="auto",
        metavar="auto|none|ADU",
        help="signal of one photon, for models of cosmics: estimated where single photons show, "
        "none, or told; photons are then events, too, and no cosmics (default: auto)",
    )
    parser.add_argument(
        "--threshold",
        type=_threshold,
        action="append",
        metavar="CLASS=P",
        help="probability, beside the background, from which a pixel is of a class, may be "
        "repeated: as cluster=0.9 for fewer false ones; what the model's report expects there is "
        "told (default: the operating point of the model)",
    )
    parser.add_argument(
        "--restrict",
        action="append",
        choices=[*map(_dashed, RULES), _NONE],
        metavar="RULE",
        help=f"geometric restriction, may be repeated: {', '.join(map(_dashed, RULES))}, or "
        f"{_NONE} (default: {_dashed(BridgeTracks.name)}, where the model knows hot pixels)",
    )
    parser.add_argument(
        "--grow",
        type=natural_int,
        default=0,
        metavar="N",
        help="grow clusters or cosmics by N pixels",
    )
    parser.add_argument(
        "--separate",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether particles that touch are events of their own; with --no-separate each "
        "connected cluster is one event (default: --separate, where --detector tells energies)",
    )
    parser.add_argument(
        "--clean",
        action="store_true",
        help="write the input with its clusters or cosmics filled from their surroundings; --grow "
        "takes their faint tails as well",
    )
    parser.add_argument(
        "--format",
        choices=["mask", "dq"],
        default="mask",
        help="mask of class indices (default), or dq: beside it, bits of data quality for other "
        "tools",
    )
    parser.add_argument(
        "--probabilities", action="store_true", help="write the probability of each class"
    )
    parser.add_argument(
        "--pictures",
        choices=PICTURES,
        help="images of which pictures are drawn: all, those with events, or none (default: all, "
        "but none for more than 100 files)",
    )
    parser.add_argument("--find", metavar="CLASS", help="write sections that contain this class")
    raw = parser.add_argument_group("raw files (see 'ccdseg reduce --help')")
    raw.add_argument(
        "--reduce",
        action="store_true",
        help="reduce raw files to frames first, which are kept in reduced/ of the output folder; "
        "--detector gives sections and gains, too",
    )
    add_reduction(raw)
    add_output(parser, "segmentation")
    parser.add_argument(
        "--skip-existing",
        action="store_true",
        help="leave out files whose results are all there: take up a run that was killed",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=positive_int,
        metavar="N",
        help="processes that segment, each with its own copy of the model and its share of the "
        "cores; for many files (default: one, and others that write)",
    )
    where.add_argument(
        "--scheduler",
        metavar="tcp://HOST:PORT|FILE.json",
        help="Dask cluster whose workers segment, by the address or the file of its scheduler; "
        "they see the same folders",
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        metavar="SECONDS",
        help="time after which a file is given up, named, and the next one begun (default: none)",
    )
    parser.add_argument(
        "--table",
        default=run_table.RUN_TABLE,
        metavar="FILE",
        help="table of the run in the output folder, .ecsv, .parquet or .h5 (default: run.ecsv)",
    )
    parser.add_argument(
        "--events",
        metavar="FILE",
        help="write the events of all files as one table into the output folder, .parquet, .h5 or "
        ".ecsv, each with its file, HDU, exposure time, start, model and version",
    )


def _photon(text: str) -> float | str | None:
    """Parse ``auto``, ``none`` or a signal in ADU."""
    if text in ("auto", _NONE):
        return None if text == _NONE else text
    try:
        signal = float(text)
    except ValueError:
        signal = math.nan
    if not 0 < signal < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no signal; give ADU above 0, auto or none")
    return signal


def _threshold(text: str) -> tuple[str, float]:
    """Parse a class and a probability."""
    name, separator, value = text.rpartition("=")
    try:
        probability = float(value)
    except ValueError:
        separator = ""
    if not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is no threshold; write it like cluster=0.9")
    return name.strip(), probability


def _bad_values(text: str) -> str | list[float] | None:
    """Parse ``auto``, ``none``, or numbers with commas between them."""
    if text in ("auto", _NONE):
        return None if text == _NONE else text
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no numbers; give some as -1,-2, auto or none"
        ) from None


def run(arguments: argparse.Namespace) -> int:
    """Segment every image; returns 1 where some cannot be segmented, 2 where none can."""
    images, n_failed = arguments.images, 0
    if arguments.reduce:
        images, n_failed = _reduced(arguments)
    result = segment_files(
        images,
        chosen_model(arguments),
        output=arguments.output,
        hdu="all" if arguments.reduce else arguments.hdu,  # of frames, the chosen ones are there
        section=arguments.section,
        half=arguments.half,
        dq_bits=arguments.dq_bits,
        bad_pixels=arguments.bad_pixels,
        bad_values=arguments.bad_values,
        detector=arguments.detector,
        restrict=_rules(arguments.restrict),
        grow=arguments.grow,
        amplifiers=None if arguments.amplifiers == _NONE else arguments.amplifiers,
        photons=arguments.photon,
        thresholds=dict(arguments.threshold or ()),
        defects=arguments.defects,
        separate=arguments.separate,
        pictures=arguments.pictures,
        skip_existing=arguments.skip_existing,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        time_limit=arguments.time_limit,
        table=arguments.table,
        events=arguments.events,
        find=arguments.find,
        clean=arguments.clean,
        dq=arguments.format == "dq",
        probabilities=arguments.probabilities,
        overwrite=arguments.overwrite,
    )
    if len(result.counts):
        logger.info("%s", counts.describe(result.counts, arguments.output))
    if len(result.failed) == result.n_files:
        return 2
    return 1 if result.failed or n_failed else 0


def _reduced(arguments: argparse.Namespace) -> tuple[list[Path], int]:
    """Frames of the raw files, and how many of these could not be reduced."""
    reduced = reduce_files(
        list_images(arguments.images),
        output=arguments.output / "reduced",
        overwrite=arguments.overwrite,
        skip_existing=arguments.skip_existing,
        **reduction_of(arguments),
    )
    if not reduced.frames:
        raise InputError("No raw file could be reduced.")
    return list(reduced.frames), len(reduced.failed)


def _rules(names: list[str] | None) -> list[str] | None:
    """Names of the restrictions, none for the one name ``none``."""
    if names is None or _NONE not in names:
        return names
    if len(names) > 1:
        raise InputError(f"--restrict {_NONE} goes with no other rule; leave one of them out.")
    return []


def _dashed(name: str) -> str:
    return name.replace(" ", "-")
