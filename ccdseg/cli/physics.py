"""``ccdseg physics``: how well events are found, measured and identified."""

from __future__ import annotations

import argparse
import logging
from functools import partial

import numpy as np

from ccdseg.cli.options import add_model, add_output, natural_int, positive_int
from ccdseg.cli.physics_report import RESULTS, SECTIONS
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing, staged_files
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.version import __version__

SUMMARY = "measure how well events are found, measured and identified"

DESCRIPTION = """\
Simulate frames whose particles are known, segment them, and tell how well their events are found,
measured and identified.

  ccdseg physics                          all of it, with the model that ships (half an hour)
  ccdseg physics --only events detection  two of its parts
  ccdseg physics --frames 10              fewer frames: a first look

The parts, each with a text in report.md, a table (.ecsv) and a figure (.png):

  events          efficiency, purity, bias and resolution of the energy by energy, at 0.2 and 1.6 e⁻
  detection       how faint a point-like hit may be, beside the matched filter
  identification  confusion of particles by energy, importance of the features, errors of the depth
  restrictions    what each geometric restriction changes, on frames with thick hot columns, streaks
                  and dense clusters"""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_model(parser)
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS, metavar="PART", help=f"{', '.join(SECTIONS)}"
    )
    parser.add_argument(
        "--frames",
        type=positive_int,
        default=100,
        help="frames of 512×512 px of each part (default: 100)",
    )
    parser.add_argument("--seed", type=natural_int, default=2026, help="seed (default: 2026)")
    add_output(parser, "physics")


def run(arguments: argparse.Namespace) -> None:
    """Write the parts that were asked for, one after the other."""
    model = LazySegmenter(arguments.model)
    if "cluster" not in model.classes.names:
        raise InputError(f"The model {arguments.model} knows no clusters, so it finds no events.")
    for name in RESULTS:
        refuse_existing(arguments.output / name, overwrite=arguments.overwrite)
    parts = [f"# Events: {arguments.model}, ccdseg {__version__}"]
    with staged_files(arguments.output, overwrite=arguments.overwrite) as folder:
        for name in arguments.only or SECTIONS:
            rng = np.random.default_rng([arguments.seed, list(SECTIONS).index(name)])
            segment = partial(model.mask_of, restricted=name != "restrictions")
            parts.append(SECTIONS[name](segment, folder, n_frames=arguments.frames, rng=rng))
            logger.info("%s\n", parts[-1])
        parts.append(f"Made by `{arguments.command_line}`.")
        (folder / "report.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    logger.info("report and figures: %s", arguments.output)
