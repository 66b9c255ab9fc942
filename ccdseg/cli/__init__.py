"""The command ``ccdseg`` and its subcommands."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from ccdseg.cli.output import Parser, run_command
from ccdseg.version import package_version

COMMANDS = {
    "simulate": "simulate images whose truth is known",
    "train": "train a model on simulated images or on your own",
    "reduce": "reduce raw files to frames: samples, overscan, amplifiers",
    "defects": "find the defects of a detector in many exposures",
    "predict": "segment FITS frames and pictures",
    "evaluate": "score a model on simulated frames or on your own",
    "physics": "measure how well events are found, measured and identified",
    "particles": "train the classifier of particles",
    "models": "list the models that ship, and check models",
    "doctor": "check the installation",
}
"""Commands, each a module of this package, and what they do."""

_DESCRIPTION = """\
Segment CCD images: find the clusters that particles leave, and tell them from glow, hot pixels
and background.

  ccdseg predict frame.fits            segment a frame with the model that ships
  ccdseg reduce raw.fits                reduce raw files to frames
  ccdseg defects darks/ -o defects.fits find what stays in many exposures
  ccdseg train --output models/mine    train a model on simulated images
  ccdseg simulate test -o test.npz     simulate images whose truth is known
  ccdseg evaluate --model models/mine  score a model on simulated frames
  ccdseg physics                       measure how well events are found and identified
  ccdseg particles -o mine.npz         train the classifier of particles
  ccdseg models                        list the models that ship
  ccdseg doctor                        check the installation

'ccdseg COMMAND --help' explains each."""


class _ShowVersion(argparse.Action):
    """Asks for the version only where it is wanted."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"ccdseg {package_version()}")
        parser.exit()


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    parser = Parser(prog="ccdseg", description=_DESCRIPTION)
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    named = next((argument for argument in argv if argument in COMMANDS), None)
    module = None
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary)
        if name == named:  # loading all of them would take a second
            module = import_module(f"ccdseg.cli.{name}")
            subparser.description = module.DESCRIPTION
            module.add_arguments(subparser)
    return run_command(parser, module, argv)
