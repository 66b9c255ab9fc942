"""Weights of a network from a file."""

from __future__ import annotations

import warnings
from pathlib import Path

from keras import Model

from ccdseg.errors import InputError


def load_weights(model: Model, path: str | Path) -> None:
    """Load weights into a network of the same architecture.

    Raises
    ------
    InputError
        Where the file is missing, damaged, or of another architecture.
    """
    if not Path(path).is_file():
        raise InputError(f"Weights {path}: no such file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # keras warns of what it then raises an error for
            model.load_weights(path)
    except Exception:  # noqa: BLE001 - damaged bytes can raise anything
        raise InputError(
            f"Weights {path} do not fit the network: the file is damaged, or of another "
            "architecture (filters, levels or classes differ)."
        ) from None
