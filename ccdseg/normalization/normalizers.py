"""Normalisations: the scaling of a frame before the network.

Each takes its statistics from the whole frame, so that every tile of it is treated alike, and is
saved with the model that was trained on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from math import inf
from typing import ClassVar

import numpy as np

from ccdseg.arrays import strips
from ccdseg.errors import InputError
from ccdseg.normalization.frame_statistics import median_of, noise_of, sample_of
from ccdseg.normalization.normalizer import Normalizer

_LARGEST = np.float32(1e18)  # its square is still a number


@dataclass(frozen=True)
class MaximumNormalizer(Normalizer):
    """Scale the frame so that its largest absolute value becomes `maximum`."""

    name: ClassVar[str] = "max255"
    maximum: float = 255.0

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray], object]:
        highest = max(_largest(frame[rows]) for rows in strips(frame))
        factor = np.float32(self.maximum / highest if highest else 1.0)
        return lambda pixels: np.multiply(pixels, factor, out=pixels)


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

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray], object]:
        low, high = np.percentile(sample_of(frame), [self.low, self.high])
        offset, span = np.float32(low), np.float32(high - low or 1.0)

        def normalize(pixels: np.ndarray) -> None:
            pixels -= offset
            pixels /= span

        return normalize


@dataclass(frozen=True)
class ClipNormalizer(LinearNormalizer):
    """As `LinearNormalizer`, and values beyond the range are set to 0 and 1."""

    name: ClassVar[str] = "clip"
    low: float = 1.0
    high: float = 99.9

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray], object]:
        scale = super()._fit(frame)

        def normalize(pixels: np.ndarray) -> None:
            scale(pixels)
            np.clip(pixels, 0.0, 1.0, out=pixels)

        return normalize


@dataclass(frozen=True)
class RobustNormalizer(Normalizer):
    """s asinh(z / s) / 4 of z = (frame − median) / σ, σ from `noise_of`, s the `softening`.

    Noise comes out alike whatever the pedestal, gain and noise; what is brighter than `softening`
    standard deviations is compressed. A large softening keeps the contrast on top of a bright glow.

    Parameters
    ----------
    softening : float
        Brightness (σ) above which the scale turns from linear to logarithmic.
    """

    name: ClassVar[str] = "robust"
    softening: float = 100.0

    def __post_init__(self) -> None:
        if not 0 < self.softening < inf:
            raise InputError(f"The softening is {self.softening}; it must be above 0, and finite.")

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray], object]:
        median = median_of(frame)
        numbers = np.finfo(np.float32)
        unit = np.clip(
            self.softening * noise_of(frame), numbers.tiny, numbers.max, dtype=np.float64
        )
        factor = np.float32(self.softening / 4)

        def normalize(pixels: np.ndarray) -> None:
            with np.errstate(over="ignore"):
                pixels -= median
                pixels /= unit
            _arcsinh(pixels)
            pixels *= factor

        return normalize


@dataclass(frozen=True)
class StretchNormalizer(Normalizer):
    """The original's scaling of X-ray images: gamma, stretch between percentiles, 8 bit, −1 to 1.

    Parameters
    ----------
    gamma : float
        Exponent of the brightness, which is counted from 0 to `highest`.
    low, high : float
        Percentiles that become black and white; where they are equal, nothing is stretched.
    highest : float
        Greatest value of the images' type (ADU).
    """

    name: ClassVar[str] = "stretch"
    gamma: float = 1.1
    low: float = 2.0
    high: float = 98.0
    highest: float = 65535.0

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= 100:
            raise InputError(
                f"Percentiles low {self.low} and high {self.high}; give 0 ≤ low < high ≤ 100."
            )
        if not (0 < self.gamma < inf and 0 < self.highest < inf):
            raise InputError(
                f"gamma is {self.gamma} and highest {self.highest}; both must be above 0, finite."
            )

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray], object]:
        percentiles = np.percentile(sample_of(frame), [self.low, self.high])
        black, white = self._bright(percentiles.astype(np.float32))
        offset, span = (black, white - black) if white > black else (np.float32(0), np.float32(1))

        def normalize(pixels: np.ndarray) -> None:
            pixels[:] = (self._bright(pixels) - offset) / span
            np.clip(pixels, 0.0, 1.0, out=pixels)
            np.floor(pixels * np.float32(255), out=pixels)
            pixels /= np.float32(127.5)
            pixels -= 1

        return normalize

    def _bright(self, values: np.ndarray) -> np.ndarray:
        return (np.maximum(values, 0) / np.float32(self.highest)) ** np.float32(self.gamma)


def _largest(values: np.ndarray) -> float:
    """Largest size of the values that are finite; 0 of none."""
    finite = np.isfinite(values)
    return max(
        abs(float(values.min(initial=0, where=finite))),
        abs(float(values.max(initial=0, where=finite))),
    )


def _arcsinh(values: np.ndarray) -> None:
    """Replace float32 values by their inverse hyperbolic sines, ten times as fast as numpy does."""
    size = np.minimum(np.abs(values), _LARGEST)
    result = np.square(size)
    result += 1
    np.sqrt(result, out=result)
    result += size
    np.log(result, out=result)
    np.copysign(result, values, out=values)


NORMALIZERS = {
    kind.name: kind
    for kind in (
        Normalizer,
        MaximumNormalizer,
        LinearNormalizer,
        ClipNormalizer,
        RobustNormalizer,
        StretchNormalizer,
    )
}
"""Normalisations by name."""


def get_normalizer(choice: str | dict | Normalizer) -> Normalizer:
    """Normalisation by its name, or rebuilt from `Normalizer.to_dict`.

    Raises
    ------
    InputError
        If the name or a parameter is not known.
    """
    if isinstance(choice, Normalizer):
        return choice
    parameters = dict(choice) if isinstance(choice, dict) else {"name": choice}
    name = parameters.pop("name", None)
    if not isinstance(name, str) or name not in NORMALIZERS:
        raise InputError(f"Unknown normalisation {name!r}; choose from {', '.join(NORMALIZERS)}.")
    kind = NORMALIZERS[name]
    _drop_local_background(parameters)
    unknown = set(parameters) - {field.name for field in fields(kind)}
    if unknown:
        raise InputError(f"Normalisation {name!r} has no parameter {', '.join(sorted(unknown))}.")
    for key, value in parameters.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"Normalisation {name!r}: {key} is {value!r}, no number.")
    return kind(**parameters)


def _drop_local_background(parameters: dict) -> None:
    """Drop the parameters of a background in boxes, which models until version 0.1 could have."""
    if parameters.get("background") == "local":
        raise InputError(
            "The normalisation takes a local background, which ccdseg had until version 0.1 only; "
            "train the model anew, or use that version."
        )
    if parameters.get("background") == "frame":
        for name in ("background", "box"):
            parameters.pop(name, None)
