"""Networks and weights as files."""

from __future__ import annotations

from pathlib import Path

from keras import Model, saving

from ccdseg.errors import InputError, without_warnings


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
        If the file is missing or damaged.
    """
    try:
        return saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is missing or damaged ({reason}).") from None


def load_weights(model: Model, path: str | Path) -> None:
    """Load weights into a network of the same architecture.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another architecture.
    """
    _demand_file(path)
    try:
        with without_warnings():  # keras warns of what it then raises an error for
            model.load_weights(path)
    except Exception:  # noqa: BLE001 - damaged bytes can raise anything
        raise InputError(
            f"Weights {path} do not fit the network: the file is damaged, or of another "
            "architecture (filters, levels or classes differ)."
        ) from None


def load_body(model: Model, path: str | Path) -> None:
    """Load the weights of all layers but the last, which tells the classes apart.

    Parameters
    ----------
    model : keras.Model
        Network that takes the weights.
    path : str or Path
        A saved network (``.keras``) of the same architecture but for the number of classes.

    Raises
    ------
    InputError
        If the file is missing, damaged, or of another architecture.
    """
    _demand_file(path)
    try:
        source = saving.load_model(path, compile=False)
    except Exception:  # noqa: BLE001 - damaged bytes can raise anything
        raise InputError(f"Weights {path}: the file is damaged, or no saved network.") from None
    shapes, given = (
        [[weight.shape for weight in layer.weights] for layer in network.layers[:-1]]
        for network in (model, source)
    )
    if shapes != given:
        raise InputError(f"Weights {path} are of another architecture (filters or levels differ).")
    for layer, twin in zip(model.layers[:-1], source.layers[:-1], strict=True):
        layer.set_weights(twin.get_weights())


def _demand_file(path: str | Path) -> None:
    if not Path(path).is_file():
        raise InputError(f"Weights {path}: no such file.")
