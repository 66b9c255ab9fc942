"""``ccdseg defects``: what stays in many exposures of one detector."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.workflows.defects import map_defects

DESCRIPTION = """\
Find the defects of a detector in many exposures of it (at least 5; 20 are good): hot pixels and
columns, dark ones, dead pixels, glow. Particles are in one exposure each and do not count.

  ccdseg defects darks/ -o defects.fits                    all exposures of a folder
  ccdseg defects darks/*.fits.fz --hdu CCD_B --picture     one image of each file, and a picture
  ccdseg predict frame.fits --defects defects.fits         and their use

Each exposure is taken above its pedestal, that of each amplifier; the exposure times should be
alike. A pixel is hot or dark where its median over the exposures differs from the smooth background
by five standard deviations of that median, or where the median of 32 pixels of its column or row
does. For each image of the files the output has three HDUs (without NAME_ where it has no name):

  NAME_DQ       sum of bits, named by the keywords DQBIT0, DQBIT1, ...: 1 HOT, 2 DARK, 4 GLOW (a
                smooth part that is bright), 8 DEAD (the same in all exposures), 16 UNSTABLE (varies
                much more than others), 32 SATURATED
  NAME_LEVEL    signal above the smooth background that stays (ADU)
  NAME_SCATTER  standard deviation from exposure to exposure (ADU), NaN without a defect

What stays is subtracted by predict --defects, scaled to the exposure; dead and saturated pixels
count as bad. What it leaves is no particle; a particle over it still is one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "images",
        nargs="+",
        metavar="FRAME",
        help="files, folders, patterns, and @LIST for a text file of them, one exposure each",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("defects.fits"),
        metavar="FILE",
        help="FITS file for the map (default: defects.fits)",
    )
    parser.add_argument(
        "--hdu", default="all", metavar="NAME|INDEX|all", help="image of each file (default: all)"
    )
    parser.add_argument(
        "--amplifiers",
        default="auto",
        metavar="auto|none|ROWSxCOLUMNS|SECTIONS",
        help="sections of amplifiers, as in ccdseg predict (default: auto)",
    )
    parser.add_argument(
        "--picture", action="store_true", help="draw the map, as a PNG of the name of the output"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing results")


def run(arguments: argparse.Namespace) -> None:
    """Find and write the defects; the lines of the log tell them."""
    map_defects(
        arguments.images,
        arguments.output,
        hdu=arguments.hdu,
        amplifiers=None if arguments.amplifiers == "none" else arguments.amplifiers,
        picture=arguments.picture,
        overwrite=arguments.overwrite,
        progress=True,
    )
