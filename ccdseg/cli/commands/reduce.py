"""``ccdseg reduce``: from raw files to frames."""

from __future__ import annotations

import argparse

from ccdseg.calibration import METHODS, OVERSCAN_METHODS
from ccdseg.cli.options import add_output, natural_int, positive_int
from ccdseg.detector import DETECTORS
from ccdseg.workflows import reduce_files
from ccdseg.workflows.reduction import UNITS
from ccdseg.workflows.segment.inputs import list_images

DESCRIPTION = """\
Reduce raw files of a CCD to frames: average the samples of each pixel, subtract the pedestal of the
overscan, trim prescan and overscan, and put the sections of the amplifiers together.

  ccdseg reduce raw.fits.fz                            samples and sections as the header tells
  ccdseg reduce raw/*.fits --output frames             many files
  ccdseg reduce raw.fits --samples 300 --skip 1        300 samples of a pixel, the first left out
  ccdseg reduce raw.fits --detector ccd.toml --unit electron   sections and gains of a file
  ccdseg reduce raw.fits --detector auto --unit electron   gains by the peaks of single electrons
  ccdseg reduce raw.fits --overscan spline             a smooth pedestal along the rows

Samples of a pixel lie side by side in its row (width = columns x samples; their number is NSAMP,
NDCMS or NDCM, or told), or as planes of a cube. Sections are TRIMSEC or DATASEC, and BIASSEC, of
several amplifiers BIASSECA, BIASSECB, ... or BSEC11, ..., or those of the detector file, in columns
and rows of the image whose samples are averaged:

  name = "my CCD"
  pedestal = 1000.0
  read_noise = 4.0
  [[amplifiers]]
  name = "left"
  section = "[9:520,1:512]"        # pixels that see light
  overscan = ["[521:552,1:512]"]
  gain = 1.35                      # ADU per electron
  readout = "lower left"           # corner whose pixel is read first

For each file it writes into the output folder:

  STEM_reduced.fits    the frames, each followed by the standard deviation of the samples of each
                       pixel (NAME_STD); BUNIT, NCOMBINE, SATURATE, the amplifiers (AMPSEC1,
                       AMPGAI1, ...) and a HISTORY of what was done
  STEM_noise.png       noise against the number of samples, beside the law 1/sqrt(N)
  STEM_reduction.json  gains, noises and that curve as numbers

'ccdseg predict RAW... --reduce' does this before it segments the frames."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "raw", nargs="+", metavar="RAW", help="FITS files, folders, patterns, @LIST"
    )
    parser.add_argument(
        "--hdu", default="all", metavar="NAME|INDEX|all", help="image to reduce (default: all)"
    )
    add_reduction(parser)
    parser.add_argument(
        "--detector",
        metavar="NAME|FILE|auto",
        help=f"amplifiers with sections, overscan and gains: {', '.join(DETECTORS)}, a TOML or "
        "JSON file, or auto: sections of the header, gains by the peaks of single electrons "
        "(default: sections and gains of the header)",
    )
    add_output(parser, "reduced")


def add_reduction(parser: argparse._ActionsContainer) -> None:
    """Arguments of the reduction itself."""
    parser.add_argument(
        "--samples",
        type=positive_int,
        metavar="N",
        help="samples of each pixel (default: NSAMP, NDCMS or NDCM of the header)",
    )
    parser.add_argument(
        "--skip",
        type=natural_int,
        default=0,
        metavar="K",
        help="leave the first K samples of each pixel out (default: 0)",
    )
    parser.add_argument(
        "--average", choices=METHODS, default="mean", help="of the samples (default: mean)"
    )
    parser.add_argument(
        "--overscan",
        choices=OVERSCAN_METHODS,
        default="row",
        help="pedestal that is subtracted: median of each row, one median, a polynomial or a "
        "smoothing spline through the medians of the rows, none (default: row)",
    )
    parser.add_argument(
        "--degree",
        type=natural_int,
        default=3,
        metavar="N",
        help="degree of the polynomial (default: 3)",
    )
    parser.add_argument(
        "--unit",
        choices=UNITS,
        default="adu",
        help="unit of the frames (default: adu); electron needs the gain of each amplifier",
    )


def reduction_of(arguments: argparse.Namespace) -> dict:
    """Settings of `ccdseg.workflows.reduce_files` by the arguments of `add_reduction`."""
    return {
        "hdu": arguments.hdu,
        "n_samples": arguments.samples,
        "skip": arguments.skip,
        "method": arguments.average,
        "overscan": arguments.overscan,
        "degree": arguments.degree,
        "unit": arguments.unit,
        "detector": arguments.detector,
    }


def run(arguments: argparse.Namespace) -> int:
    """Reduce every file; returns 1 where some cannot be reduced, 2 where none can."""
    result = reduce_files(
        list_images(arguments.raw),
        output=arguments.output,
        overwrite=arguments.overwrite,
        **reduction_of(arguments),
    )
    return 0 if not result.failed else 1 if result.frames else 2
