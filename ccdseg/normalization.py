"""Normalisations: what is done to a frame before a network sees it.

Each is computed from the whole frame, so that every tile of it is treated alike, and is saved with
the model that was trained on it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from math import ceil, gcd
from typing import ClassVar

import numpy as np
from astropy.stats import mad_std

from ccdseg.errors import InputError

_SAMPLE_SIZE = 1_000_000


@dataclass(frozen=True)
class Normalizer:
    """Base of all normalisations, and itself the one that leaves the ADU as they are."""

    name: ClassVar[str] = "none"

    def __call__(self, frame: np.ndarray) -> np.ndarray:
        """Normalise one frame.

        Parameters
        ----------
        frame : ndarray
            Signal (ADU) of shape (H, W), finite.

        Returns
        -------
        ndarray
            float32 of the same shape, without unit.
        """
        return self._normalize(np.asarray(frame, dtype=np.float32))

    def _normalize(self, frame: np.ndarray) -> np.ndarray:
        return frame

    def to_dict(self) -> dict:
        """Name and parameters, ready for JSON."""
        return {"name": self.name, **asdict(self)}


@dataclass(frozen=True)
class MaximumNormalizer(Normalizer):
    """Scale the frame so that its largest absolute value becomes `maximum`."""

    name: ClassVar[str] = "max255"
    maximum: float = 255.0

    def _normalize(self, frame: np.ndarray) -> np.ndarray:
        highest = float(np.abs(frame).max())
        return frame * np.float32(self.maximum / highest) if highest else frame


@dataclass(frozen=True)
class LinearNormalizer(Normalizer):
    """Map the range from `low` to `high` percentile of the frame onto 0 to 1, beyond it too."""

    name: ClassVar[str] = "linear"
    low: float = 1.0
    high: float = 99.0

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= 100:
            raise InputError(
                f"Percentiles low {self.low} and high {self.high}; give 0 ≤ low < high ≤ 100."
            )

    def _normalize(self, frame: np.ndarray) -> np.ndarray:
        low, high = np.percentile(_sample(frame), [self.low, self.high])
        return (frame - np.float32(low)) / np.float32(high - low or 1.0)


@dataclass(frozen=True)
class ClipNormalizer(LinearNormalizer):
    """As `LinearNormalizer`, and values beyond the range are set to 0 and 1."""

    name: ClassVar[str] = "clip"
    low: float = 1.0
    high: float = 99.9

    def _normalize(self, frame: np.ndarray) -> np.ndarray:
        return np.clip(super()._normalize(frame), 0.0, 1.0)


@dataclass(frozen=True)
class RobustNormalizer(Normalizer):
    """s asinh(z / s) / 4 of z = (frame − median) / σ, σ robust, from the median deviation.

    Noise comes out alike whatever the pedestal, gain and noise; what is brighter than `softening`
    standard deviations is compressed. A large softening keeps the contrast on top of a bright glow.
    """

    name: ClassVar[str] = "robust"
    softening: float = 100.0

    def __post_init__(self) -> None:
        if not self.softening > 0:
            raise InputError(f"The softening is {self.softening}; it must be above 0.")

    def _normalize(self, frame: np.ndarray) -> np.ndarray:
        sample = _sample(frame)
        deviation = mad_std(sample) or float(sample.std()) or 1.0
        unit = np.float32(self.softening * deviation)
        scaled = (frame - np.float32(np.median(sample))) / unit
        np.arcsinh(scaled, out=scaled)
        scaled *= np.float32(self.softening / 4)
        return scaled


def _sample(frame: np.ndarray) -> np.ndarray:
    """Evenly spread pixels of a large frame, all of a small one: enough for its statistics."""
    step = ceil(frame.size / _SAMPLE_SIZE)
    while gcd(step, frame.shape[-1]) > 1:  # or it would meet the same columns in every row
        step += 1
    return frame.ravel()[::step]


NORMALIZERS = {
    kind.name: kind
    for kind in (
        Normalizer,
        MaximumNormalizer,
        LinearNormalizer,
        ClipNormalizer,
        RobustNormalizer,
    )
}
"""Normalisations by name."""


def get_normalizer(choice: str | dict | Normalizer) -> Normalizer:
    """Find a normalisation by its name, or rebuild one from `Normalizer.to_dict`.

    Raises
    ------
    InputError
        Where the name or a parameter is not known.
    """
    if isinstance(choice, Normalizer):
        return choice
    parameters = dict(choice) if isinstance(choice, dict) else {"name": choice}
    name = parameters.pop("name", None)
    if not isinstance(name, str) or name not in NORMALIZERS:
        raise InputError(f"Unknown normalisation {name!r}; choose from {', '.join(NORMALIZERS)}.")
    kind = NORMALIZERS[name]
    unknown = set(parameters) - {field.name for field in fields(kind)}
    if unknown:
        raise InputError(f"Normalisation {name!r} has no parameter {', '.join(sorted(unknown))}.")
    wrong = [key for key, value in parameters.items() if not isinstance(value, int | float)]
    if wrong:
        raise InputError(
            f"Normalisation {name!r}: {wrong[0]} is {parameters[wrong[0]]!r}, no number."
        )
    return kind(**parameters)
