"""Ranges from which recipes draw their numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np

from ccdseg.errors import InputError


@dataclass(frozen=True)
class Uniform:
    """Numbers from `low` to `high`, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not -np.inf < self.low <= self.high < np.inf:
            raise InputError(f"Range from {self.low} to {self.high}; give finite low ≤ high.")

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True)
class LogUniform:
    """Numbers from `low` to `high` whose logarithms are all alike; both above 0."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high < np.inf:
            raise InputError(
                f"Logarithmic range from {self.low} to {self.high}; give 0 < low ≤ high."
            )

    def draw(self, rng: np.random.Generator) -> float:
        """Draw one number."""
        return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))


Range = Uniform | LogUniform
"""What a recipe may give for a number that varies."""


def whole(value: float, rng: np.random.Generator) -> int:
    """One of the two whole numbers beside `value`, so that the mean stays."""
    return int(np.floor(value + rng.random()))


def happens(probability: float, rng: np.random.Generator) -> bool:
    """Whether something of this `probability` happens."""
    return bool(rng.random() < probability)


def described(recipe_part: object) -> dict:
    """Fields of a dataclass, ready for JSON; a range with its kind."""
    values = {field.name: getattr(recipe_part, field.name) for field in fields(recipe_part)}
    return {
        name: {"range": type(value).__name__, **asdict(value)}
        if isinstance(value, Range)
        else value
        for name, value in values.items()
    }
