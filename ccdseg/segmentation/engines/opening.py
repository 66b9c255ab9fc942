"""Choice of the engine of a stored model."""

from __future__ import annotations

import logging
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.segmentation.digests import check_converted, check_network
from ccdseg.segmentation.engines.interface import ENGINES, PRECISIONS, Engine, NetworkGeometry
from ccdseg.segmentation.engines.openvino_engine import OpenVINOEngine
from ccdseg.segmentation.store import CONVERTED, NETWORK

logger = logging.getLogger(__name__)


def open_engine(
    folder: Path, description: dict, *, engine: str = "auto", precision: str = "float32"
) -> Engine:
    """Open the network of a model's folder.

    Parameters
    ----------
    folder : Path
        Folder of the model.
    description : dict
        As `ccdseg.segmentation.store.read_description` gives it.
    engine : {"auto", "openvino", "keras"}
        By default OpenVINO where the folder holds a converted network that belongs to the Keras
        one, and Keras otherwise.
    precision : {"float32", "bfloat16"}
        Type of number to compute in; the second by OpenVINO alone.

    Raises
    ------
    InputError
        If the network is missing, damaged, or cannot be run as asked for.
    """
    for value, choices in ((engine, ENGINES), (precision, PRECISIONS)):
        if value not in choices:
            raise InputError(f"Unknown engine or precision {value!r}; choose from {choices}.")
    check_network(folder, description)
    if engine != "keras":
        try:
            return _open_openvino(folder, description, precision)
        except (InputError, ImportError) as error:
            if engine == "openvino" or precision != "float32":
                raise InputError(f"{folder}: OpenVINO cannot be used: {error}") from None
            logger.debug("%s: Keras runs the network: %s", folder, error)
    if precision != "float32":
        raise InputError(f"Keras does not compute in {precision}; take the engine openvino.")
    from ccdseg.models.weights import load_network
    from ccdseg.segmentation.engines.keras_engine import KerasEngine
    from ccdseg.segmentation.loading import import_keras

    import_keras()
    return KerasEngine(load_network(folder / NETWORK))


def _open_openvino(folder: Path, description: dict, precision: str) -> OpenVINOEngine:
    network = description.get("network", {})
    if "converted" not in network:
        raise InputError(f"the model has no {CONVERTED}; save it anew with OpenVINO installed.")
    check_converted(folder, description)
    geometry = network.get("geometry")
    return OpenVINOEngine(folder, geometry and NetworkGeometry(**geometry), precision=precision)
