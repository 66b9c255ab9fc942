"""The command ``ccdseg`` and its subcommands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from importlib import import_module
from types import ModuleType

from ccdseg.cli.output import Parser, declare, run_command
from ccdseg.version import package_version

COMMANDS = {
    "simulate": "simulate images whose truth is known",
    "train": "train a model on simulated images or on your own",
    "reduce": "reduce raw files to frames: samples, overscan, amplifiers",
    "defects": "find the defects of a detector in many exposures",
    "calibrate": "measure gain, diffusion and thickness of a detector from its own frames",
    "predict": "segment FITS frames and pictures",
    "correct": "correct the mask of a frame by hand",
    "spectrum": "draw the rate of selected events per mass, time and energy",
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
  ccdseg correct frame.fits results    correct the mask of a frame by hand
  ccdseg reduce raw.fits                reduce raw files to frames
  ccdseg defects darks/ -o defects.fits find what stays in many exposures
  ccdseg spectrum run.parquet          draw the rate of selected events of a run
  ccdseg calibrate frames/ -o ccd.toml measure diffusion and thickness of a detector
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


class _PrintCompletion(argparse.Action):
    """Prints the completion of all commands for a shell."""

    def __call__(
        self, parser: argparse.ArgumentParser, _: object, shell: str, __: str | None = None
    ) -> None:
        import shtab

        print(shtab.complete(_build_parser(COMMANDS)[0], shell))
        parser.exit()


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    named = [argument for argument in argv if argument in COMMANDS][:1]
    parser, modules = _build_parser(named)  # loading all of them would take a second
    return run_command(parser, modules[0] if modules else None, argv)


def _build_parser(named: Collection[str]) -> tuple[Parser, list[ModuleType]]:
    """Parser of all commands, with the arguments of those that are named, and their modules."""
    parser = Parser(prog="ccdseg", description=_DESCRIPTION)
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="show the version and exit")
    parser.add_argument(
        "--print-completion",
        action=_PrintCompletion,
        choices=["bash", "zsh", "tcsh"],
        metavar="bash|zsh|tcsh",
        help='print the completion for a shell: eval "$(ccdseg --print-completion bash)"',
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules = []
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary)
        if name in named:
            modules.append(import_module(f"ccdseg.cli.commands.{name}"))
            declare(subparser, modules[-1])
    return parser, modules
