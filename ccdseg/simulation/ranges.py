"""Ranges from which recipes draw their numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields, is_dataclass

import numpy as np

from ccdseg.errors import InputError


@dataclass(frozen=True)
class Range(ABC):
    """Numbers from `low` to `high`; the subclass says how they are distributed."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not -np.inf < self.low <= self.high < np.inf:
            raise InputError(f"Range from {self.low} to {self.high}; give finite low ≤ high.")

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""


class Uniform(Range):
    """Real numbers, uniformly distributed."""

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return float(rng.uniform(self.low, self.high))


class LogUniform(Range):
    """Numbers above 0 whose logarithm is uniformly distributed."""

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high < np.inf:
            raise InputError(
                f"Logarithmic range from {self.low} to {self.high}; give 0 < low ≤ high."
            )

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))


class WholeNumbers(Range):
    """Whole numbers, uniformly distributed, both ends included."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low != int(self.low) or self.high != int(self.high):
            raise InputError(f"Range from {self.low} to {self.high}; give whole numbers.")

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return float(rng.integers(int(self.low), int(self.high), endpoint=True))


def whole(value: float, rng: np.random.Generator) -> int:
    """Round `value` to one of the two whole numbers beside it at random, so that the mean stays."""
    return int(np.floor(value + rng.random()))


def happens(probability: float, rng: np.random.Generator) -> bool:
    """Whether something of this `probability` happens."""
    return bool(rng.random() < probability)


def described(recipe_part: object) -> dict:
    """Fields of a dataclass, ready for JSON; a range with its kind."""
    values = {field.name: getattr(recipe_part, field.name) for field in fields(recipe_part)}
    return {
        name: {"range": type(value).__name__, **asdict(value)} if is_dataclass(value) else value
        for name, value in values.items()
    }
