"""``ccdseg calibrate``: diffusion and thickness of a detector from its own frames."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.cli.options import add_model, chosen_model
from ccdseg.detector import DETECTORS
from ccdseg.workflows.calibration import calibrate

DESCRIPTION = """\
Measure a detector from its own frames: gain and noise, the diffusion of charge
sigma^2(z) = -A ln(1 - B z), z the depth below the gates, and the thickness of the silicon.

  ccdseg calibrate frames/ -o ccd.toml                    muons and X-rays of all frames of a folder
  ccdseg calibrate fe55.fits.fz -o ccd.toml --thickness 675   X-rays of iron, thickness known
  ccdseg predict frame.fits --detector ccd.toml           and its use

Muons pass through the whole silicon: the width along their tracks, all fitted together, gives A
and B times the thickness, and the energy that they leave the thickness. X-rays of an iron source
(5.90 and 6.49 keV) that enter at the back face are absorbed some 30 um from it: their widths give A
and B, too. Give frames with at least 5 muons (50 are good), or 20 such X-rays (200 are good).
Electrons, tracks that bend, and delta rays are left out.

The output is a detector file, whose comments tell what was measured from how many tracks and
X-rays, with standard deviations; OUTPUT_diffusion.png shows sigma against depth."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "images",
        nargs="+",
        metavar="FRAME",
        help="files, folders, patterns, and @LIST for a text file of them",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("detector.toml"),
        metavar="FILE",
        help="TOML file for the detector (default: detector.toml)",
    )
    add_model(parser)
    parser.add_argument(
        "--hdu", default="all", metavar="NAME|INDEX|all", help="image of each file (default: all)"
    )
    parser.add_argument(
        "--detector",
        default="auto",
        metavar="NAME|FILE|auto",
        help=f"gain, and where the fit starts: {', '.join(DETECTORS)}, a TOML or JSON file, or "
        "auto: the gain is that of the single-electron peaks (default: auto)",
    )
    parser.add_argument(
        "--thickness",
        type=float,
        metavar="UM",
        help="thickness of the silicon in um, where it is known (default: that which the muons "
        "show, or of too few that of the preset)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing results")


def run(arguments: argparse.Namespace) -> None:
    """Calibrate the detector and write it; the lines of the log tell the results."""
    calibrate(
        arguments.images,
        chosen_model(arguments),
        output=arguments.output,
        hdu=arguments.hdu,
        detector=arguments.detector,
        thickness=arguments.thickness,
        overwrite=arguments.overwrite,
        progress=True,
    )
