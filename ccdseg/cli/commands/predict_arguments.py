"""Arguments of ``ccdseg predict``, in the groups that its help shows."""

from __future__ import annotations

import argparse
import math

from ccdseg.cli.commands.reduce import add_reduction
from ccdseg.cli.options import add_colours, add_model, add_output, natural_int, positive_int
from ccdseg.detector import DETECTORS
from ccdseg.events.distance_columns import BRIGHT
from ccdseg.postprocessing import RULES, BridgeTracks
from ccdseg.workflows.segment.pictures import PICTURES
from ccdseg.workflows.segment.run_tables.image_table import RUN_TABLE

NONE = "none"


def add_images(parser: argparse.ArgumentParser) -> None:
    """What is read: images, parts of them, and their bad pixels."""
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help="FITS, PNG, TIFF, HDF5 (FILE::DATASET where it has several), EDF and CBF files, "
        "folders, patterns, and @LIST for a text file of them",
    )
    group = parser.add_argument_group("images")
    group.add_argument(
        "--hdu",
        default="all",
        metavar="NAME|INDEX|all",
        help="image of a FITS file or number of one of a stack to segment (default: all)",
    )
    part = group.add_mutually_exclusive_group()
    part.add_argument(
        "--section", metavar="'[x1:x2,y1:y2]'", help="columns and rows, from 1, both ends included"
    )
    part.add_argument("--half", choices=["left", "right"], help="half of the columns")
    group.add_argument(
        "--bad-pixels",
        metavar="FILE",
        help="FITS file of bad pixels (not 0), one image for all or one HDU per image; they count "
        "in no statistic, seed no particle, and are filled for the network",
    )
    group.add_argument(
        "--dq-bits",
        default="all",
        metavar="BITS",
        help="bits of DQ or MASK HDUs and of --bad-pixels that make a pixel bad: all, none, "
        "numbers as 4,8 or ~16 (all but that), or names that the file gives, as HOT,DEAD "
        "(default: all)",
    )
    group.add_argument(
        "--bad-values",
        type=_bad_values,
        default="auto",
        metavar="auto|none|N,N,...",
        help="numbers of pictures and stacks that stand for no value; write --bad-values=-1,-2 "
        "(default: auto, 4294967295, and -1 and -2 where no other number is negative)",
    )


def add_detector(parser: argparse.ArgumentParser) -> None:
    """What is known of the detector: gain, amplifiers, photons, defects."""
    group = parser.add_argument_group("detector")
    group.add_argument(
        "--detector",
        metavar="NAME|FILE|auto",
        help=f"for energies: {', '.join(DETECTORS)}, a TOML or JSON file, or auto: pedestal, noise "
        "and gain from the peaks of single electrons in each image",
    )
    group.add_argument(
        "--amplifiers",
        default="auto",
        metavar="auto|none|ROWSxCOLUMNS|SECTIONS",
        help="sections of amplifiers, brought to one pedestal and noise: found in each image, one, "
        "equal parts as 2x2, or as '[1:512,1:1024] [513:1024,1:1024]', columns and rows of the "
        "part that is segmented (default: auto)",
    )
    group.add_argument(
        "--photon",
        type=_photon,
        default="auto",
        metavar="auto|none|ADU",
        help="signal of one photon, for models of cosmics: estimated where single photons show, "
        "none, or told; photons are then events, too, and no cosmics (default: auto)",
    )
    group.add_argument(
        "--bright",
        type=float,
        default=BRIGHT,
        metavar="ELECTRONS",
        help="charge of its brightest pixel from which an event is bright, for the distance of "
        f"others to it (default: {BRIGHT:g})",
    )
    group.add_argument(
        "--exposure-time",
        type=float,
        metavar="SECONDS",
        help="exposure time, for the live exposure (default: that of the header)",
    )
    group.add_argument(
        "--readout-time",
        type=float,
        metavar="SECONDS",
        help="time that reading a frame takes, in which pixels still collect charge: half of it in "
        "the mean (default: READOUT_SEC of the header, or 0)",
    )
    group.add_argument(
        "--defects",
        metavar="FILE",
        help="defects of the detector, as from ccdseg defects: what stays in all exposures is "
        "subtracted, and never a particle",
    )


def add_segmentation(parser: argparse.ArgumentParser) -> None:
    """How pixels become classes, and these events."""
    group = parser.add_argument_group("segmentation")
    add_model(group)
    group.add_argument(
        "--threshold",
        type=_threshold,
        action="append",
        metavar="CLASS=P",
        help="probability, beside the background, from which a pixel is of a class, may be "
        "repeated: as cluster=0.9 for fewer false ones; what the model's report expects there is "
        "told (default: the operating point of the model)",
    )
    group.add_argument(
        "--false-rate",
        type=float,
        metavar="R",
        help="false clusters per image that noise and dark charge may leave: gives the threshold "
        "of clusters or cosmics by the noise of each image, from the table that 'ccdseg evaluate "
        "--false-rates' stores with the model",
    )
    group.add_argument(
        "--restrict",
        action="append",
        choices=[*map(_dashed, RULES), NONE],
        metavar="RULE",
        help=f"geometric restriction, may be repeated: {', '.join(map(_dashed, RULES))}, or "
        f"{NONE} (default: {_dashed(BridgeTracks.name)}, where the model knows hot pixels)",
    )
    group.add_argument(
        "--grow",
        type=natural_int,
        default=0,
        metavar="N",
        help="grow clusters or cosmics by N pixels",
    )
    group.add_argument(
        "--separate",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether particles that touch are events of their own; with --no-separate each "
        "connected cluster is one event (default: --separate, where --detector tells energies)",
    )


def add_results(parser: argparse.ArgumentParser) -> None:
    """What is written, and where."""
    group = parser.add_argument_group("results")
    add_output(group, "segmentation")
    group.add_argument(
        "--skip-existing",
        action="store_true",
        help="leave out files whose results are all there: take up a run that was killed",
    )
    group.add_argument(
        "--clean",
        action="store_true",
        help="write the input with its clusters or cosmics filled from their surroundings; --grow "
        "takes their faint tails as well",
    )
    group.add_argument(
        "--format",
        choices=["mask", "dq"],
        default="mask",
        help="mask of class indices (default), or dq: beside it, bits of data quality for other "
        "tools",
    )
    group.add_argument(
        "--probabilities", action="store_true", help="write the probability of each class"
    )
    group.add_argument(
        "--pictures",
        choices=PICTURES,
        help="images of which pictures are drawn: all, those with events, or none (default: all, "
        "but none for more than 100 files)",
    )
    add_colours(group)
    group.add_argument(
        "--report",
        action="store_true",
        help="write a page for the browser for each image, and index.html for all of this call",
    )
    group.add_argument("--find", metavar="CLASS", help="write sections that contain this class")
    group.add_argument(
        "--table",
        default=RUN_TABLE,
        metavar="FILE",
        help="table of the run in the output folder, .ecsv, .parquet, .h5 or .root (default: "
        "run.ecsv)",
    )
    group.add_argument(
        "--events",
        metavar="FILE",
        help="write the events of all files as one table into the output folder, .parquet, .h5, "
        ".root or .ecsv, each with its file, HDU, exposure time, start, model and version, beside "
        "a table of the frames with their live exposure",
    )
    group.add_argument(
        "--spectrum",
        action="store_true",
        help="draw the spectrum of the events of --events per live mass and time, and write it as "
        "a table; 'ccdseg spectrum' selects events and does it again",
    )
    group.add_argument(
        "--event-pixels",
        action="store_true",
        help="write the pixels over which the charge of each event is summed: row, column, signal "
        "and share, also into the table of --events",
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """How a run over many files goes."""
    group = parser.add_argument_group("many files")
    where = group.add_mutually_exclusive_group()
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
    group.add_argument(
        "--time-limit",
        type=float,
        metavar="SECONDS",
        help="time after which a file is given up, named, and the next one begun (default: none)",
    )


def add_raw_files(parser: argparse.ArgumentParser) -> None:
    """How raw files are reduced first."""
    group = parser.add_argument_group("raw files (see 'ccdseg reduce --help')")
    group.add_argument(
        "--reduce",
        action="store_true",
        help="reduce raw files to frames first, which are kept in reduced/ of the output folder; "
        "--detector gives sections and gains, too",
    )
    add_reduction(group)


def _photon(text: str) -> float | str | None:
    """Parse ``auto``, ``none`` or a signal in ADU."""
    if text in ("auto", NONE):
        return None if text == NONE else text
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
    if text in ("auto", NONE):
        return None if text == NONE else text
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} are no numbers; give some as -1,-2, auto or none"
        ) from None


def _dashed(name: str) -> str:
    return name.replace(" ", "-")
