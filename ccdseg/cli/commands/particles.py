"""``ccdseg particles``: training of the particle classifier."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from ccdseg.cli.options import add_model, chosen_model, natural_int, positive_int
from ccdseg.workflows.learning.particle_training import train_particle_classifier

DESCRIPTION = """\
Train the classifier that tells point-like events, electrons, muons and alphas apart: simulate
frames of the recipes 'events' and 'crowded', segment them, measure their events, and learn what
they truly are. With --cuts, the classifier of hits that the readout cut at a row is trained first.

  ccdseg particles -o particles.npz                  as the one that ships
  ccdseg particles -o mine.npz --model models/mine   on events as a model of your own finds them
  ccdseg particles -o particles.npz --cuts cuts.npz  both classifiers

It writes plain arrays (.npz), and prints the confusion of events that it did not learn from.
'ccdseg physics --only identification' tests the one that ships in detail."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE.npz", help="file to write"
    )
    parser.add_argument(
        "--cuts",
        type=Path,
        metavar="FILE.npz",
        help="file to write a new classifier of cut hits to (default: use the one that ships)",
    )
    add_model(parser)
    parser.add_argument(
        "--frames", type=positive_int, default=2000, help="frames of 512×512 px (default: 2000)"
    )
    parser.add_argument("--seed", type=natural_int, default=0, help="seed (default: 0)")
    parser.add_argument(
        "--workers",
        type=positive_int,
        default=1,
        help="processes that simulate; the result does not depend on it (default: 1)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(arguments: argparse.Namespace) -> None:
    """Train the classifier, and print its scores."""
    report = train_particle_classifier(
        chosen_model(arguments),
        n_frames=arguments.frames,
        seed=arguments.seed,
        output=arguments.output,
        cuts=arguments.cuts,
        overwrite=arguments.overwrite,
        workers=arguments.workers,
        command=arguments.command_line,
        progress=True,
    ).report
    logger.info("%s\nmacro F1 %.3f", report, report.macro_f1)
    logger.info("classifier: %s", arguments.output)
