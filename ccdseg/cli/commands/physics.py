"""``ccdseg physics``: detection, measurement and identification of simulated events."""

from __future__ import annotations

import argparse
import logging

from ccdseg.cli.options import add_model, add_output, chosen_model, natural_int, positive_int
from ccdseg.workflows.physics_report.physics_run import PARTS, physics

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
  restrictions    what each geometric restriction changes, on frames with thick hot columns,
                  serial-register events and dense clusters
  separation      pairs of touching particles by their distance, and crowded frames, beside
                  connected clusters and photutils deblending; single particles that are divided
  crowded         all events of crowded frames: their particles, hits that the readout cut, and
                  whether the probabilities hold"""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_model(parser)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, metavar="PART", help=f"{', '.join(PARTS)}"
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
    """Measure the parts that were asked for, and write the results."""
    physics(
        chosen_model(arguments),
        parts=arguments.only or tuple(PARTS),
        n_frames=arguments.frames,
        seed=arguments.seed,
        output=arguments.output,
        overwrite=arguments.overwrite,
        command=arguments.command_line,
        progress=True,
    )
    logger.info("report and figures: %s", arguments.output)
