"""Arguments that several commands have in common."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.segmentation.store import DEFAULT_MODEL


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--model``: a model that ships, or a folder."""
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="NAME_OR_FOLDER",
        help=f"model that ships, or folder of your own (default: {DEFAULT_MODEL})",
    )


def add_output(parser: argparse.ArgumentParser, folder: str) -> None:
    """``--output`` and ``--overwrite`` for results in a folder."""
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(folder),
        metavar="DIR",
        help=f"folder for the results (default: {folder})",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing results")
