"""Trainings that were killed, and how they go on."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.files import check_folder

_ARGUMENTS = "arguments.json"
_FREE = {"resume", "overwrite", "command", "command_line", "prog", "run"}


def find_unfinished(output: Path, arguments: argparse.Namespace) -> Path:
    """Folder ``OUTPUT.unfinished``, in which a training keeps its state while it goes on.

    Raises
    ------
    InputError
        Where it exists and neither ``--resume`` nor ``--overwrite`` says what to do with it, where
        there is nothing to resume, or where the arguments are not those of the killed training.
    """
    folder = output.with_name(f"{output.name}.unfinished")
    check_folder(folder.parent)
    if arguments.resume:
        _check_same(folder, _plain(arguments))
    elif folder.exists() and not arguments.overwrite:
        raise InputError(
            f"{folder} holds a training that was stopped: go on with it by --resume, or start anew "
            "by --overwrite."
        )
    return folder


def begin(folder: Path, arguments: argparse.Namespace) -> None:
    """Make the folder of a new training; one that is resumed has it."""
    if arguments.resume:
        return
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    text = json.dumps(_plain(arguments), indent=2) + "\n"
    (folder / _ARGUMENTS).write_text(text, encoding="utf-8")


def _plain(arguments: argparse.Namespace) -> dict[str, str]:
    """What decides how the training goes."""
    return {key: str(value) for key, value in sorted(vars(arguments).items()) if key not in _FREE}


def _check_same(folder: Path, wanted: dict[str, str]) -> None:
    try:
        begun = json.loads((folder / _ARGUMENTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        begun = None
    if not isinstance(begun, dict):
        raise InputError(f"Nothing to resume: {folder} holds no stopped training.")
    for key in sorted({*begun, *wanted}):
        # a version that did not know an argument yet went without it
        before, now = (values.get(key, "None") for values in (begun, wanted))
        if before != now:
            raise InputError(
                f"{folder} was begun with {key} {before} and is to go on with {now}; give the same "
                "arguments."
            )
