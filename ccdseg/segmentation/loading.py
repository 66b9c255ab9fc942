"""Loading a model when its network is first used, without TensorFlow's start-up messages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.segmentation.store import find_model, read_classes, read_description

if TYPE_CHECKING:
    from ccdseg.segmentation.predicting import Prediction
    from ccdseg.segmentation.segmenter import Segmenter


class LazySegmenter:
    """A stored model whose network is loaded when it is first used.

    Name and classes come from the model's description, so that a mistake of the user is found
    before the seconds that loading takes. It stands in for a `Segmenter` in the workflows.

    Parameters
    ----------
    model : str or Path
        Name of a model that ships, or a model's folder.
    engine, precision : str
        As for `Segmenter.load`.

    Raises
    ------
    InputError
        If there is no such model, or its description is damaged.
    """

    def __init__(
        self, model: str | Path, *, engine: str = "auto", precision: str = "float32"
    ) -> None:
        self.folder = find_model(model)
        self.engine, self.precision = engine, precision
        self.name: str = read_description(self.folder)["name"]
        self.classes = read_classes(self.folder)

    def __getstate__(self) -> dict:
        """Another process loads the network itself, from wherever it works."""
        state = {**self.__dict__, "folder": self.folder.resolve()}
        state.pop("segmenter", None)
        return state

    @cached_property
    def segmenter(self) -> Segmenter:
        """The loaded model."""
        from ccdseg.segmentation.segmenter import Segmenter

        return Segmenter.load(self.folder, engine=self.engine, precision=self.precision)

    def predict(self, images: np.ndarray, **settings: object) -> Prediction:
        """Segment images; parameters and result as `Segmenter.predict`."""
        return self.segmenter.predict(images, **settings)

    @property
    def operating_point(self) -> tuple[float, ...]:
        """Operating point of the loaded model, one value per class."""
        return self.segmenter.operating_point


def import_keras() -> None:
    """Import keras and its backend, dropping what TensorFlow writes to standard error meanwhile.

    TensorFlow writes these lines before it reads its log level, so no setting silences them.
    """
    if "keras" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _no_stderr():
        import keras  # noqa: F401


@contextmanager
def _no_stderr() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
