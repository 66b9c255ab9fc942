"""Base class of the components of a recipe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation.ranges import described, happens
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class Component(ABC):
    """Something that a frame may hold, drawn anew for each frame.

    Parameters
    ----------
    probability : float
        Share of the frames that hold it; recipes say how often each occurs.
    """

    probability: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise InputError(
                f"{type(self).__name__}: probability is {self.probability}; it lies from 0 to 1."
            )

    @property
    def levels(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest signal above the pedestal (ADU) by class, where these are fixed."""
        return {}

    def add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        """Draw whether the frame holds it, and how it looks, and add it to `scene`."""
        if happens(self.probability, rng):
            self._add_to(scene, rng)

    @abstractmethod
    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        """Draw how it looks and add it."""

    def to_dict(self) -> dict:
        """Kind and ranges, ready for JSON."""
        return {"component": type(self).__name__, **described(self)}
