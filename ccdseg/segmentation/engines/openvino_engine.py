"""OpenVINO engine: a converted network, run without Keras and TensorFlow."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.errors import InputError
from ccdseg.segmentation.engines.interface import Classifier, Engine, NetworkGeometry
from ccdseg.segmentation.store import CONVERTED, NETWORK

if TYPE_CHECKING:
    from keras import Model
    from openvino import CompiledModel, Core
    from openvino import Model as ConvertedModel

    from ccdseg.segmentation.engines.keras_engine import KerasEngine

_PRECISION_HINTS = {"float32": "f32", "bfloat16": "bf16"}


def import_openvino() -> ModuleType:
    """Import OpenVINO without its telemetry, which reports every import over the network.

    Raises
    ------
    ImportError
        If OpenVINO is not installed.
    """
    known = sys.modules.setdefault("openvino_telemetry", None)
    try:
        import openvino
    finally:
        if known is None:
            del sys.modules["openvino_telemetry"]
    return openvino


class OpenVINOEngine(Engine):
    """Converted network of a model's folder.

    Parameters
    ----------
    folder : Path
        Folder of the model, with the converted network beside the Keras one.
    geometry : NetworkGeometry or None
        Reach of the network; None where it looks at the whole image.
    precision : {"float32", "bfloat16"}
        Type of number to compute in.

    Raises
    ------
    InputError
        If the converted network is damaged, or the processor lacks the type of number.
    ImportError
        If OpenVINO is not installed.
    """

    name = "openvino"

    def __init__(
        self, folder: Path, geometry: NetworkGeometry | None, *, precision: str = "float32"
    ) -> None:
        self.folder = folder
        self.precision = precision
        self._geometry = geometry
        self._core: Core = import_openvino().Core()
        self._compiled: dict[tuple, Classifier] = {}
        if precision == "bfloat16" and "BF16" not in self._core.get_property(
            "CPU", "OPTIMIZATION_CAPABILITIES"
        ):
            raise InputError("This processor does not compute in bfloat16; take float32.")
        converted = self._read()
        self.n_channels, self.n_classes = (
            port.partial_shape[-1].get_length() for port in (converted.input(), converted.output())
        )

    def __reduce__(self) -> tuple:
        """Another process opens the folder itself, or gets a network whose weights changed."""
        if not self._is_current():
            return self._keras.__reduce__()
        again = partial(OpenVINOEngine, precision=self.precision)
        return again, (self.folder.resolve(), self._geometry)

    @cached_property
    def network(self) -> Model:
        """Keras network, loaded when it is first asked for."""
        from ccdseg.models.weights import load_network
        from ccdseg.segmentation.loading import import_keras

        import_keras()
        network = load_network(self.folder / NETWORK)
        self._weights = network.get_weights()
        return network

    @cached_property
    def _keras(self) -> KerasEngine:
        from ccdseg.segmentation.engines.keras_engine import KerasEngine

        return KerasEngine(self.network)

    def _is_current(self) -> bool:
        """Whether the Keras network, if it is loaded, has the weights that were converted."""
        if "network" not in self.__dict__:
            return True
        return all(map(np.array_equal, self.network.get_weights(), self._weights))

    @property
    def geometry(self) -> NetworkGeometry:
        """Reach of the network, as its description tells."""
        if self._geometry is None:
            raise InputError(
                "The reach of the network is not known; give the segmenter an input_size, to which "
                "images are resized as a whole."
            )
        return self._geometry

    def classifier(self, operating_point: Sequence[float], *, probabilities: bool) -> Classifier:
        """Compiled network, that of Keras where its weights have changed."""
        if not self._is_current():
            return self._keras.classifier(operating_point, probabilities=probabilities)
        key = tuple(operating_point), probabilities
        if key not in self._compiled:
            graph = with_classes(self._read(), operating_point, probabilities=probabilities)
            settings = {
                "INFERENCE_PRECISION_HINT": _PRECISION_HINTS[self.precision],
                "PERFORMANCE_HINT": "LATENCY",
                **_threads(),
            }
            self._compiled[key] = _Compiled(self._core.compile_model(graph, "CPU", settings))
        return self._compiled[key]

    def release_memory(self) -> None:
        """Give back the intermediate arrays of all compiled networks."""
        for compiled in self._compiled.values():
            compiled.model.release_memory()
        super().release_memory()

    def _read(self) -> ConvertedModel:
        path = self.folder / CONVERTED
        try:
            return self._core.read_model(path)
        except RuntimeError as error:
            reason = (str(error).splitlines() or [""])[-1]
            raise InputError(f"{path} is missing or damaged ({reason}).") from None


def _threads() -> dict[str, str | bool]:
    """Number of threads where the environment limits it, as it does for other libraries.

    Processes that share a machine are not pinned, or all would be to the same cores.
    """
    number = os.environ.get("OMP_NUM_THREADS", "")
    if not (number.isdecimal() and int(number)):
        return {}
    return {"INFERENCE_NUM_THREADS": number, "ENABLE_CPU_PINNING": False}


class _Compiled:
    def __init__(self, model: CompiledModel) -> None:
        self.model = model

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        outputs = self.model([pixels])
        return {port.get_any_name(): outputs[port] for port in self.model.outputs}


def with_classes(
    network: ConvertedModel, operating_point: Sequence[float], *, probabilities: bool
) -> ConvertedModel:
    """Network with the choice of the class built in.

    Parameters
    ----------
    network : openvino.Model
        From pixels to probabilities (N, rows, columns, classes).
    operating_point : sequence of float
        One number per class.
    probabilities : bool
        Whether the probabilities are an output too.
    """
    openvino = import_openvino()
    from openvino import opset13 as operations

    output = network.output().get_node().input_value(0)
    is_softmax = output.get_node().get_type_name() == "Softmax"
    values = output.get_node().input_value(0) if is_softmax else output
    # first one plane per class, so that OpenVINO fuses the offsets with the last convolution
    planes = operations.transpose(values, np.array([0, 3, 1, 2]))
    point = np.array(operating_point, dtype=np.float64).reshape(1, -1, 1, 1)
    if is_softmax:
        scores = operations.subtract(planes, np.log(point).astype(np.float32))
    else:
        scores = operations.divide(planes, point.astype(np.float32))
    _, index = operations.topk(scores, np.int64(1), 1, "max", "none").outputs()
    mask = operations.convert(operations.squeeze(index, np.array([1])), "u8")
    results = {"mask": mask.output(0)} | ({"probabilities": output} if probabilities else {})
    for name, port in results.items():
        port.get_tensor().set_names({name})
    return openvino.Model(
        [operations.result(port) for port in results.values()], network.get_parameters()
    )
