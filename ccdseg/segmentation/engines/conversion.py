"""Conversion of a Keras network to OpenVINO's format."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.errors import without_warnings
from ccdseg.segmentation.engines.openvino_engine import import_openvino

if TYPE_CHECKING:
    from keras import Model

logger = logging.getLogger(__name__)


def convert_network(
    network: Model, path: Path, *, input_size: tuple[int, int] | None = None
) -> bool:
    """Write a network in OpenVINO's format, in float32: graph ``.xml``, and weights ``.bin``.

    Parameters
    ----------
    network : keras.Model
        Network, on the backend TensorFlow.
    path : Path
        File of the graph; that of the weights lies beside it.
    input_size : tuple of int, optional
        Rows and columns of all images (px), where they are of one size: some layers are converted
        for a known size only.

    Returns
    -------
    bool
        Whether it was converted; where it cannot be, the log says why, and Keras runs the network.
    """
    try:
        from ccdseg.segmentation.engines.keras_engine import with_input_size

        openvino = import_openvino()
        with without_warnings():  # keras, of an input that is not wrapped in a list
            converted = openvino.convert_model(with_input_size(network, input_size or (None, None)))
        converted.input().get_tensor().set_names({"pixels"})
        openvino.save_model(converted, path, compress_to_fp16=False)
    except Exception as error:  # noqa: BLE001 - layers, backends and versions fail in many ways
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        logger.info("The network is not converted for OpenVINO (%s); Keras will run it.", reason)
        for file in (path, path.with_suffix(".bin")):
            file.unlink(missing_ok=True)
        return False
    return True
