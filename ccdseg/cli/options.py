"""Arguments and types of arguments that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from ccdseg.classes import COLOUR_MAPS
from ccdseg.segmentation.engines import ENGINES, PRECISIONS
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.segmentation.store import DEFAULT_MODEL


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--model``: a model that ships, or a folder; ``--engine`` and ``--precision`` to run it."""
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="NAME_OR_FOLDER",
        help=f"model that ships, or folder of your own (default: {DEFAULT_MODEL})",
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="what runs the network (default: auto, OpenVINO where the model is converted for it, "
        "otherwise Keras)",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="float32",
        help="what the network is computed in (default: float32); bfloat16 is faster, by OpenVINO "
        "on processors that have it, and changes a few pixels in 100,000",
    )


def chosen_model(arguments: argparse.Namespace) -> LazySegmenter:
    """Model of the arguments of `add_model`, loaded when it is first used."""
    return LazySegmenter(arguments.model, engine=arguments.engine, precision=arguments.precision)


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


def add_colours(parser: argparse.ArgumentParser) -> None:
    """``--colours``: colours of the classes in pictures."""
    parser.add_argument(
        "--colours",
        "--colors",
        choices=COLOUR_MAPS,
        default="original",
        help="colours of the classes in pictures and palettes: original, or safe, which the "
        "colour-blind tell apart (default: original)",
    )


def positive_int(text: str) -> int:
    """Parse a whole number above zero."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def natural_int(text: str) -> int:
    """Parse a whole number from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def shape(text: str) -> tuple[int, int]:
    """Parse ROWSxCOLUMNS."""
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isdecimal() and int(part) for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is no shape; write it like 1024x2048")
    return int(parts[0]), int(parts[1])
