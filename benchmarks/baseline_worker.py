"""One baseline, timed in its own environment: ``python baseline_worker.py TOOL FRAME.npy``.

It prints its version as a JSON object, or an error; then, for each line that it reads, the seconds
of one call.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.metadata import version

import numpy as np


def deepcr(frame: np.ndarray) -> Callable[[], object]:
    """Mask of deepCR with its model ACS-WFC, in patches of 1024×1024 as by default."""
    from deepCR import deepCR

    model = deepCR(mask="ACS-WFC", device="CPU")
    return lambda: model.clean(frame, inpaint=False)


def cosmic_conn(frame: np.ndarray) -> Callable[[], object]:
    """Probabilities of Cosmic-CoNN with its model ground_imaging, in stamps of 1024×1024."""
    from cosmic_conn import init_model

    model = init_model("ground_imaging")
    return lambda: model.detect_cr(frame)


def astroscrappy(frame: np.ndarray) -> Callable[[], object]:
    """Mask and cleaned frame of L.A.Cosmic as astroscrappy has it, by its defaults."""
    from astroscrappy import detect_cosmics

    return lambda: detect_cosmics(frame)


def onnx_runtime(frame: np.ndarray) -> Callable[[], object]:
    """The network that ships, run by ONNX Runtime in tiles of 1024×1024: no halo, no classes."""
    import tempfile
    from pathlib import Path

    from onnxruntime import InferenceSession

    from ccdseg import Segmenter

    segmenter = Segmenter.load(engine="keras")
    segmenter.network(np.zeros((1, 64, 64, 1), np.float32))  # Keras exports what has been called
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        segmenter.network.export(path, format="onnx", verbose=False)
        session = InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    (name,) = (port.name for port in session.get_inputs())
    edge = 1024
    tiles = [
        (rows, columns)
        for rows in range(0, frame.shape[0], edge)
        for columns in range(0, frame.shape[1], edge)
    ]

    def run() -> None:
        pixels = segmenter.normalizer(frame)[np.newaxis, ..., np.newaxis]
        for row, column in tiles:
            part = pixels[:, row : row + edge, column : column + edge]
            session.run(None, {name: np.ascontiguousarray(part, dtype=np.float32)})

    return run


TOOLS = {
    "onnxruntime": onnx_runtime,
    "deepCR": deepcr,
    "cosmic-conn": cosmic_conn,
    "astroscrappy": astroscrappy,
}


def main(tool: str, path: str) -> None:
    """Prepare, then one timed call per line."""
    answers = sys.stdout

    def answer(**content: str | float) -> None:
        print(json.dumps(content), file=answers, flush=True)

    with redirect_stdout(sys.stderr):  # some of them print
        try:
            call = TOOLS[tool](np.load(path))
            call()
        except Exception as error:  # noqa: BLE001 - whatever a foreign package raises
            answer(error=" ".join(f"{type(error).__name__}: {error}".split()))
            return
        answer(version=version(tool))
        for _ in sys.stdin:
            start = time.perf_counter()
            call()
            answer(seconds=time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
