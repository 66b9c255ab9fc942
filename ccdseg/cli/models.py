"""``ccdseg models``: what ships."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.segmentation.store import DEFAULT_MODEL, list_models, read_description, read_report

SUMMARY = "list the models that ship"

DESCRIPTION = """\
List the models that ship with the package, with their classes and scores on test images.

  ccdseg models"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_arguments: argparse.Namespace) -> None:
    """Print one paragraph per model."""
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
