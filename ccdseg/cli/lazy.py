"""A model whose network is loaded when it is needed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.cli.quiet import import_keras
from ccdseg.postprocessing import apply_restrictions, default_rules
from ccdseg.segmentation.store import read_classes

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter


class LazyModel:
    """A model whose network is loaded when it is first used: mistakes are found before that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.classes = read_classes(folder)

    @cached_property
    def segmenter(self) -> Segmenter:
        """The loaded model."""
        import_keras()
        from ccdseg.segmentation.segmenter import Segmenter

        return Segmenter.load(self.folder)

    def mask_of(self, image: np.ndarray, *, restricted: bool = True) -> np.ndarray:
        """Class indices of an image (ADU), after the default restrictions if these are wanted."""
        mask = self.segmenter.predict(image, probabilities=False).mask
        rules = default_rules(self.classes) if restricted else []
        return apply_restrictions(mask, rules, classes=self.classes)
