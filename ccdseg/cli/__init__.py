"""The command ``ccdseg`` and its subcommands."""

from __future__ import annotations

import argparse

from ccdseg.cli import doctor, evaluate, models, particles, physics, predict, simulate, train
from ccdseg.cli.output import Parser, run_command
from ccdseg.version import package_version

_COMMANDS = {
    "simulate": simulate,
    "train": train,
    "predict": predict,
    "evaluate": evaluate,
    "physics": physics,
    "particles": particles,
    "models": models,
    "doctor": doctor,
}

_DESCRIPTION = """\
Segment CCD images: find the clusters that particles leave, and tell them from glow, hot pixels
and background.

  ccdseg predict frame.fits            segment a frame with the model that ships
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
    parser = Parser(prog="ccdseg", description=_DESCRIPTION)
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in _COMMANDS.items():
        subparser = subparsers.add_parser(name, help=module.SUMMARY, description=module.DESCRIPTION)
        module.add_arguments(subparser)
    return run_command(parser, _COMMANDS, argv)
