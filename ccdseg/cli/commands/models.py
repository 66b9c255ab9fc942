"""``ccdseg models``: the models that ship, listed and checked."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.segmentation.checking import check_model
from ccdseg.segmentation.store import DEFAULT_MODEL, list_models, read_description, read_report

DESCRIPTION = """\
List the models that ship with the package, with their classes and scores on test images, or check
models: SHA-256 of the network, loading, and the mask of the image that comes with each. The exit
status is 1 where one fails.

  ccdseg models                                the models that ship
  ccdseg models --check                        check them all
  ccdseg models --check damic-unet models/mine check these, by name or folder"""

_FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--check",
        nargs="*",
        metavar="NAME_OR_FOLDER",
        help="check these models (default: all that ship)",
    )


def run(arguments: argparse.Namespace) -> int:
    """List the models that ship, or check models; returns the exit status."""
    if arguments.check is None:
        list_scores()
        return 0
    results = [check(name) for name in arguments.check or list_models()]
    return 0 if all(results) else _FAILED


def check(name: str) -> bool:
    """Check one model and print the result in a line; whether it passed."""
    try:
        print(f"{name}: ok ({check_model(name)})")
    except InputError as error:
        print(f"{name}: failed: {error}")
        return False
    return True


def list_scores() -> None:
    """Print one paragraph per model that ships."""
    models = list_models()
    if not models:
        print("No model ships with this installation.")
    for name, folder in models.items():
        description = read_description(folder)
        print(f"{name}{' (default)' if name == DEFAULT_MODEL else ''}")
        print(f"  classes        {', '.join(row['name'] for row in description['classes'])}")
        print(f"  normalisation  {description['normalizer']['name']}")
        for row in _scores(folder):
            print(f"  {row}")


def _scores(folder: Path) -> list[str]:
    scores = read_report(folder)
    if not scores:
        return []
    f1 = ", ".join(
        f"{name} –" if row["f1"] is None else f"{name} {row['f1']:.3f}"
        for name, row in scores["classes"].items()
    )
    return [f"accuracy       {scores['accuracy']:.3%}", f"F1             {f1}"]
