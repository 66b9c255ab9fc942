"""Networks as files."""

from __future__ import annotations

from pathlib import Path

import keras
from keras import Model

from ccdseg.errors import InputError


def save_network(network: Model, path: Path) -> None:
    """Save a network to a ``.keras`` file, without what an optimiser remembers."""
    bare = Model.from_config(network.get_config())
    bare.set_weights(network.get_weights())
    bare.save(path)


def load_network(path: Path) -> Model:
    """Load a network from a ``.keras`` file, in which no code is run.

    Raises
    ------
    InputError
        Where the file is missing or damaged.
    """
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is missing or damaged ({reason}).") from None
