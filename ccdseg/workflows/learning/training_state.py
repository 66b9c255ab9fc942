"""Folder in which a training keeps its state while it goes on, to be resumed after a kill."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.training.config_file import CONFIG_FILE, plan_content, write_plan
from ccdseg.training.plan import TrainingPlan


def find_unfinished(output: Path, plan: TrainingPlan, *, resume: bool, overwrite: bool) -> Path:
    """Folder ``OUTPUT.unfinished`` of the state.

    Raises
    ------
    InputError
        If it exists and neither `resume` nor `overwrite` says what to do with it, if there is
        nothing to resume, or if the plan is not that of the killed training.
    """
    folder = output.with_name(f"{output.name}.unfinished")
    above = next(parent for parent in folder.parents if parent.exists())
    if not above.is_dir():
        raise InputError(f"{str(above)!r} is a file, no folder; choose another --output.")
    if resume:
        _check_same(folder, plan)
    elif folder.exists() and not overwrite:
        raise InputError(
            f"{folder} holds a training that was stopped: go on with it by --resume, or start anew "
            "by --overwrite."
        )
    return folder


def begin(folder: Path, plan: TrainingPlan) -> None:
    """Make the folder of a new training."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    write_plan(plan, folder / CONFIG_FILE)


def _check_same(folder: Path, plan: TrainingPlan) -> None:
    try:
        begun = tomllib.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        begun = {}
    if not begun:
        raise InputError(f"Nothing to resume: {folder} holds no stopped training.")
    before, now = _flat(begun), _flat(plan_content(plan))
    for key in sorted({*before, *now}):
        one, two = before.get(key), now.get(key)
        if one != two:
            raise InputError(
                f"{folder} was begun with {key} {one} and is to go on with {two}; give the same "
                "configuration."
            )


def _flat(content: dict, prefix: str = "") -> dict[str, object]:
    """Values by their dotted keys."""
    flat = {}
    for key, value in content.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return flat
