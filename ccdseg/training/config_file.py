"""Training plans as TOML files: read for ``--config``, written beside the model."""

from __future__ import annotations

import inspect
import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path

import tomli_w

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.normalization import get_normalizer
from ccdseg.simulation import RecipeLike
from ccdseg.training.config import TrainingConfig
from ccdseg.training.plan import Stage, TrainingPlan
from ccdseg.training.presets import TRAINING_RECIPES, find_plan

CONFIG_FILE = "config.toml"
"""Name of the file in a model's folder."""

_CATALOGUES = {"damic": CLASSES, "cosmics": COSMICS}
_NONE = "none"
"""Value in the file of a setting that is not set."""

_KINDS = {
    "architecture": str,
    "network": dict,
    "normalizer": (str, dict),
    "recipe": str,
    "n_images": int,
    "labels": str,
    "streamed": bool,
    "shape": list,
    "classes": str,
    "test_recipe": str,
    "input_size": list,
    "weights": str,
    "data": str,
    "simulated_share": float,
    "least_own": int,
    "augment": str,
    "detector": str,
    "purpose": str,
    "known_failures": list,
    "config": dict,
    "stages": list,
}
"""Types of the keys, beside ``preset``."""

_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    (str, dict): "a name or a table",
}


def read_plan(path: str | Path, *, preset: str | None = None) -> TrainingPlan:
    """Read a plan; what the file leaves out is that of the preset.

    Parameters
    ----------
    path : str or Path
        TOML file: ``preset``, fields of `TrainingPlan`, and the table ``config`` with fields of
        `TrainingConfig`. Recipes are named; ``none`` unsets a setting.
    preset : str, optional
        Name of the preset, in place of that in the file.

    Raises
    ------
    InputError
        If the file is missing or damaged, a key is unknown, or a value is impossible.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"No configuration file {path}.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged ({error}).") from None
    name = preset or content.pop("preset", "default")
    content.pop("preset", None)
    try:
        _check_known(content, _KINDS)
        _check_kind("preset", name, str)
        settings = {key: _setting(key, value) for key, value in content.items()}
        config = settings.pop("config", {})
        plan = replace(find_plan(name), **settings)
        if plan.stages and "stages" in settings:  # each has epochs and learning rate of its own
            return replace(plan, config=replace(plan.config, **config))
        return plan.with_config(**config)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def write_plan(plan: TrainingPlan, path: Path) -> None:
    """Write a plan such that `read_plan` gives it again."""
    path.write_text(tomli_w.dumps(plan_content(plan)), encoding="utf-8")


def plan_content(plan: TrainingPlan) -> dict:
    """Content of the file of a plan: plain values, recipes and classes by their names."""
    content = {"preset": plan.name} | {name: getattr(plan, name) for name in _KINDS}
    for name in ("recipe", "test_recipe"):
        content[name] = content[name].name
    known = (name for name, catalogue in _CATALOGUES.items() if catalogue == plan.classes)
    content["classes"] = next(known, "own")
    content["config"] = asdict(plan.config)
    content["stages"] = [stage.to_dict() for stage in plan.stages]
    if plan.data is not None:
        content["data"] = str(plan.data)
    return json.loads(json.dumps(content, default=str), object_hook=_without_none)


def _without_none(table: dict) -> dict:
    return {key: _NONE if value is None else value for key, value in table.items()}


def _setting(name: str, value: object) -> object:
    """Value of a field of a plan."""
    if value == _NONE and name in _OPTIONAL:
        return None
    _check_kind(name, value, _KINDS[name])
    if name == "normalizer":
        get_normalizer(value)
    return _READERS[name](value) if name in _READERS else value


def _config(content: dict) -> dict:
    _check_known(content, [entry.name for entry in fields(TrainingConfig)], "config.")
    defaults = TrainingConfig()
    for name, value in content.items():
        kind = type(getattr(defaults, name))
        _check_kind(f"config.{name}", value, kind)
    return content


def _stage(content: object) -> Stage:
    kinds = {"recipe": str, "epochs": int, "learning_rate": float}
    if not isinstance(content, dict) or set(content) != set(kinds):
        raise InputError(f"A stage is {content!r}; give {', '.join(kinds)}.")
    for name, kind in kinds.items():
        _check_kind(f"stages.{name}", content[name], kind)
    TrainingConfig(epochs=content["epochs"], learning_rate=content["learning_rate"])
    return Stage(**content | {"recipe": _recipe(content["recipe"])})


def _recipe(name: str) -> RecipeLike:
    if name not in TRAINING_RECIPES:
        raise InputError(f"Unknown recipe {name!r}; take {', '.join(TRAINING_RECIPES)}.")
    return TRAINING_RECIPES[name]


def _catalogue(name: str) -> ClassCatalogue:
    if name not in _CATALOGUES:
        raise InputError(f"Unknown classes {name!r}; take {' or '.join(_CATALOGUES)}.")
    return _CATALOGUES[name]


def _size(value: list) -> tuple[int, int]:
    if len(value) != 2 or not all(type(length) is int and length > 0 for length in value):
        raise InputError(f"A size is {value}; give rows and columns, both above 0, or none.")
    return tuple(value)


_OPTIONAL = {"shape", "input_size", "weights", "data", "augment", "detector"}
_READERS = {
    "recipe": _recipe,
    "test_recipe": _recipe,
    "classes": _catalogue,
    "config": _config,
    "stages": lambda value: tuple(map(_stage, value)),
    "shape": _size,
    "input_size": _size,
    "data": Path,
    "known_failures": tuple,
}
"""Conversions of values of the file into those of the plan."""


def _check_kind(name: str, value: object, kind: type | tuple[type, ...]) -> None:
    number = kind is float and isinstance(value, int) and not isinstance(value, bool)
    boolean = isinstance(value, bool) and kind is not bool
    if boolean or not (isinstance(value, kind) or number):
        raise InputError(f"{name} is {value!r}; it must be {_WORDS[kind]}.")


def _check_known(content: dict, known: Iterable[str], prefix: str = "") -> None:
    unknown = [prefix + key for key in content if key not in known]
    if unknown:
        raise InputError(f"unknown key {', '.join(unknown)}; the keys are {', '.join(known)}.")


def check_network(architecture: str, arguments: dict) -> None:
    """Refuse a network that is not known, or arguments that it does not take.

    Raises
    ------
    InputError
    """
    from ccdseg.models import NETWORKS

    if architecture not in NETWORKS:
        raise InputError(f"Unknown architecture {architecture!r}; take {', '.join(NETWORKS)}.")
    parameters = list(inspect.signature(NETWORKS[architecture]).parameters)[2:]
    _check_known(arguments, parameters, "network.")
