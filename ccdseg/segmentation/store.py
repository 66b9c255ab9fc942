"""Store of models: those that ship, folders of one's own, and the files in them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from math import inf
from numbers import Real
from pathlib import Path

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import atomic_path
from ccdseg.normalization import get_normalizer
from ccdseg.segmentation.model_card import model_card
from ccdseg.version import package_version

DEFAULT_MODEL = "damic-unet"
"""The model used where none is named."""

DESCRIPTION = "segmenter.json"
NETWORK = "network.keras"
CONVERTED = "network.xml"
TRAINING = "training.json"
REPORT = "report.json"
CARD = "README.md"
CHECK = "check.npz"

FALSE_RATES = "false_rates"
"""Entry of a report: false clusters by operating point and noise."""

_NETWORK_ENTRIES = {
    "geometry": {"halo", "stride", "bytes_per_pixel"},
    "converted": {"of", "graph", "weights"},
}
_PACKAGE = Path(__file__).parents[1]
_SHIPPED = (_PACKAGE / "shipped_models", _PACKAGE.parent / "models")
"""Beside the code in an installed package, in ``models`` in a checkout."""


def list_models() -> dict[str, Path]:
    """Folders of the models that ship, by name."""
    folders = (folder for home in _SHIPPED if home.is_dir() for folder in sorted(home.iterdir()))
    return {folder.name: folder for folder in folders if (folder / DESCRIPTION).is_file()}


def find_model(name_or_folder: str | Path) -> Path:
    """Folder of a model, by its name or its path.

    Raises
    ------
    InputError
        If neither exists; the message lists the names that there are.
    """
    if Path(name_or_folder).is_dir():
        return Path(name_or_folder)
    models = list_models()
    if str(name_or_folder) not in models:
        names = ", ".join(models) or "none"
        raise InputError(
            f"Unknown model {str(name_or_folder)!r}: neither a folder nor one of those that ship "
            f"({names})."
        )
    return models[str(name_or_folder)]


def read_description(folder: Path) -> dict:
    """Read what a model's folder says of the model, without loading the network.

    Raises
    ------
    InputError
        If the description is missing or damaged.
    """
    path = folder / DESCRIPTION
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder} is not a model folder: it has no {DESCRIPTION}.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged ({error}).") from None
    missing = {"name", "classes", "normalizer"} - set(
        description if isinstance(description, dict) else ()
    )
    if missing:
        raise InputError(f"{path} is damaged: {', '.join(sorted(missing))} missing.")
    if "thresholds" in description:  # its name until version 0.1
        description.setdefault("operating_point", description.pop("thresholds"))
    try:
        classes = ClassCatalogue.from_list(description["classes"])
        get_normalizer(description["normalizer"])
        check_operating_point(description.get("operating_point"), len(classes))
        check_input_size(description.get("input_size"))
        _check_network_entry(description.get("network", {}))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise InputError(f"{path} is damaged ({error}).") from None
    return description


def _check_network_entry(network: dict) -> None:
    """Raise ValueError where the description of the network is incomplete."""
    for name, keys in _NETWORK_ENTRIES.items():
        entry = network.get(name)
        if entry is not None and set(entry) != keys:
            raise ValueError(f"network {name} must have {', '.join(sorted(keys))}")
    geometry = network.get("geometry") or {}
    if not all(isinstance(value, Real) and value >= 0 for value in geometry.values()):
        raise ValueError(f"network geometry is {geometry}")


def write_description(
    folder: Path,
    description: dict,
    *,
    training: Sequence[dict] | None = None,
    report: dict | None = None,
) -> None:
    """Write a model's description, card, training record and scores into its folder.

    Parameters
    ----------
    folder : Path
        Existing folder.
    description : dict
        As `read_description` gives it, ready for JSON.
    training, report
        As for `ccdseg.Segmenter.save`; what is None is not written.
    """
    contents = {
        DESCRIPTION: {"ccdseg": package_version(), **description},
        TRAINING: training and list(training),
        REPORT: report,
    }
    for name, content in contents.items():
        if content is not None:
            (folder / name).write_text(_to_json(content), encoding="utf-8")
    card = model_card(description, training=training, report=report)
    (folder / CARD).write_text(card, encoding="utf-8")


def _to_json(content: dict | list) -> str:
    """JSON, indented, but a list of numbers or names in one line."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    short = re.sub(r"\[\n([^][{}]*)\n\s*\]", lambda inner: "[" + _in_line(inner[1]) + "]", text)
    return short + "\n"


def _in_line(lines: str) -> str:
    return re.sub(r"\n\s*", " ", lines.strip())


def read_training(folder: Path) -> list[dict]:
    """Stages of a model's training, the earliest first; empty where they are not known.

    Returns
    -------
    list of dict
        For each stage what `ccdseg.Segmenter.save` was given, ``history`` among it.

    Raises
    ------
    InputError
        If a file of the folder is damaged.
    """
    if (folder / TRAINING).is_file():
        return _read_json(folder / TRAINING, list)
    stage = read_description(folder).get("training")  # nested, until version 0.1
    stages = []
    if stage:
        stage["history"] = _read_json(folder / "history.json", dict)
    while stage:
        stages.insert(0, stage)
        stage = stage.pop("earlier_training", None)
    return stages


def read_report(folder: Path) -> dict:
    """Scores of a model on test images; empty where they are not known.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    return _read_json(folder / REPORT, dict)


def write_report(folder: Path, report: dict) -> None:
    """Replace the scores in the folder of a model."""
    with atomic_path(folder / REPORT) as temporary:
        temporary.write_text(_to_json(report), encoding="utf-8")


def _read_json(path: Path, kind: type) -> dict | list:
    """Content of a JSON file; empty where there is no such file."""
    if not path.is_file():
        return kind()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}).") from None
    if not isinstance(content, kind):
        raise InputError(f"{path} is damaged (it holds no {kind.__name__}).")
    return content


def read_classes(folder: Path) -> ClassCatalogue:
    """Classes that the model of a folder tells apart; raises as `read_description`."""
    return ClassCatalogue.from_list(read_description(folder)["classes"])


def check_operating_point(
    operating_point: Sequence[float] | None, n_classes: int
) -> tuple[float, ...]:
    """Operating point as numbers; by default 1 for each class.

    Raises
    ------
    InputError
        If they are not one per class, finite and above 0.
    """
    if operating_point is None:
        return (1.0,) * n_classes
    rows = operating_point if isinstance(operating_point, Sequence) else ()
    numbers = tuple(float(number) for number in rows if isinstance(number, Real))
    if not len(rows) == len(numbers) == n_classes or not all(0 < n < inf for n in numbers):
        raise InputError(
            f"The operating point is {operating_point!r}; give {n_classes} numbers above 0, one "
            "per class."
        )
    return numbers


def check_input_size(size: Sequence[int] | None) -> tuple[int, int] | None:
    """Size to which images are resized before the network, or None.

    Raises
    ------
    InputError
        If it is not two whole numbers above 0.
    """
    if size is None:
        return None
    sides = tuple(size) if isinstance(size, Sequence) else ()
    if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
        raise InputError(f"input_size is {size!r}; give rows and columns, both above 0, or None.")
    return sides
