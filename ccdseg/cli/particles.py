"""``ccdseg particles``: train the classifier that tells particles apart."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.cli.options import add_model, natural_int, positive_int
from ccdseg.evaluation import particle_report
from ccdseg.files import refuse_existing
from ccdseg.identification import identify
from ccdseg.identification.classifier_training import (
    LabelledEvents,
    labelled_events,
    train_classifier,
)
from ccdseg.provenance import code_state
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.simulation import RECIPES

SUMMARY = "train the classifier of particles"

DESCRIPTION = """\
Train the classifier that tells point-like events, electrons, muons and alphas apart: simulate
frames of the recipe 'events', segment them, measure their events, and learn what they truly are.

  ccdseg particles -o particles.npz                  as the one that ships
  ccdseg particles -o mine.npz --model models/mine   on events as a model of your own finds them

It writes plain arrays (.npz), and prints the confusion of events that it did not learn from.
'ccdseg physics --only identification' tests the one that ships in detail."""

_TESTED = 0.1
"""Share of the frames that are kept for the test."""

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE.npz", help="file to write"
    )
    add_model(parser)
    parser.add_argument(
        "--frames", type=positive_int, default=2000, help="frames of 512×512 px (default: 2000)"
    )
    parser.add_argument("--seed", type=natural_int, default=0, help="seed (default: 0)")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(arguments: argparse.Namespace) -> None:
    """Make events, learn from most of them, and test on the others."""
    model, code = LazySegmenter(arguments.model), code_state()
    refuse_existing(arguments.output, overwrite=arguments.overwrite)
    frames = labelled_events(
        RECIPES["events"],
        arguments.frames,
        segment=model.mask_of,
        rng=np.random.default_rng(arguments.seed),
    )
    parts = list(tqdm(frames, total=arguments.frames, desc="Simulating", unit="frame"))
    n_tested = max(round(_TESTED * len(parts)), 1)
    classifier = train_classifier(
        LabelledEvents.stacked(parts[n_tested:] or parts), seed=arguments.seed
    )
    classifier = replace(classifier, training=_provenance(arguments, code))
    classifier.save(arguments.output)
    tested = LabelledEvents.stacked(parts[:n_tested])
    found = identify(tested.events, classifier=classifier)["particle"]
    report = particle_report(tested.particles, found, isolated=False)
    logger.info("%s\nmacro F1 %.3f", report, report.macro_f1)
    logger.info("classifier: %s", arguments.output)


def _provenance(arguments: argparse.Namespace, code: str) -> dict:
    """Write down what makes the training again."""
    return {
        "command": arguments.command_line,
        "code": code,
        "model": str(arguments.model),
        "recipe": RECIPES["events"].to_dict(),
        "frames": arguments.frames,
        "seed": arguments.seed,
    }
