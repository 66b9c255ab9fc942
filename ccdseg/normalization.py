"""Normalisations: what is done to a frame before a network sees it.

Each takes its statistics from the whole frame, so that every tile of it is treated alike, and is
saved with the model that was trained on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from math import inf
from typing import ClassVar

import numpy as np

from ccdseg.errors import InputError
from ccdseg.frame_statistics import Area, frame_background, local_background, noise_of, sample_of

_PIXELS_AT_ONCE = 2**18  # what the processor's cache holds
_LARGEST = np.float32(1e18)  # its square is still a number


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
        return self.fitted(frame)(np.s_[:, :])

    def fitted(self, frame: np.ndarray) -> Callable[[Area], np.ndarray]:
        """Take the statistics of a frame once, to normalise it part by part.

        Parameters
        ----------
        frame : ndarray
            Signal (ADU) of shape (H, W), finite.

        Returns
        -------
        callable
            Gives the normalised pixels of an area of the frame, float32, for the area's slices of
            rows and columns: to the last bit those of the frame normalised as a whole.
        """
        frame = np.asarray(frame)
        normalize = self._fit(frame)
        height = max(_PIXELS_AT_ONCE // frame.shape[1], 1)

        def normalized(area: Area) -> np.ndarray:
            pixels = frame[area].astype(np.float32)
            top, _, _ = area[0].indices(len(frame))
            for row in range(0, len(pixels), height):
                part = pixels[row : row + height]
                normalize(part, (slice(top + row, top + row + len(part)), area[1]))
            return pixels

        return normalized

    def _fit(
        self,
        frame: np.ndarray,  # noqa: ARG002 - for those that take statistics
    ) -> Callable[[np.ndarray, Area], object]:
        """What replaces the pixels of an area by normalised ones."""
        return lambda pixels, area: None  # noqa: ARG005

    def to_dict(self) -> dict:
        """Name and parameters, ready for JSON."""
        return {"name": self.name, **asdict(self)}


@dataclass(frozen=True)
class MaximumNormalizer(Normalizer):
    """Scale the frame so that its largest absolute value becomes `maximum`."""

    name: ClassVar[str] = "max255"
    maximum: float = 255.0

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray, Area], object]:
        highest = max(abs(float(frame.min())), abs(float(frame.max())))
        factor = np.float32(self.maximum / highest if highest else 1.0)
        return lambda pixels, _: np.multiply(pixels, factor, out=pixels)


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

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray, Area], object]:
        low, high = np.percentile(sample_of(frame), [self.low, self.high])
        offset, span = np.float32(low), np.float32(high - low or 1.0)

        def normalize(pixels: np.ndarray, _: Area) -> None:
            pixels -= offset
            pixels /= span

        return normalize


@dataclass(frozen=True)
class ClipNormalizer(LinearNormalizer):
    """As `LinearNormalizer`, and values beyond the range are set to 0 and 1."""

    name: ClassVar[str] = "clip"
    low: float = 1.0
    high: float = 99.9

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray, Area], object]:
        scale = super()._fit(frame)

        def normalize(pixels: np.ndarray, area: Area) -> None:
            scale(pixels, area)
            np.clip(pixels, 0.0, 1.0, out=pixels)

        return normalize


@dataclass(frozen=True)
class RobustNormalizer(Normalizer):
    """s asinh(z / s) / 4 of z = (frame − background) / σ, σ from `noise_of`, s the `softening`.

    Noise comes out alike whatever the pedestal, gain and noise; what is brighter than `softening`
    standard deviations is compressed. A large softening keeps the contrast on top of a bright glow.

    Parameters
    ----------
    softening : float
        Brightness (σ) above which the scale turns from linear to logarithmic.
    background : {"frame", "local"}
        The median of the frame, or a smooth surface through the medians of boxes: what is much
        larger than a box, glow too, is then taken away.
    box : int
        Side of these boxes (px).
    """

    name: ClassVar[str] = "robust"
    softening: float = 100.0
    background: str = "frame"
    box: int = 64

    def __post_init__(self) -> None:
        if not 0 < self.softening < inf:
            raise InputError(f"The softening is {self.softening}; it must be above 0, and finite.")
        if self.background not in {"frame", "local"}:
            raise InputError(f"The background is {self.background!r}; choose 'frame' or 'local'.")
        if not (self.box >= 1 and float(self.box).is_integer()):
            raise InputError(f"The box is {self.box}; give a whole number of pixels above 0.")

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray, Area], object]:
        local = self.background == "local"
        background = local_background(frame, self.box) if local else frame_background(frame)
        numbers = np.finfo(np.float32)
        unit = np.clip(
            self.softening * noise_of(frame), numbers.tiny, numbers.max, dtype=np.float64
        )
        factor = np.float32(self.softening / 4)

        def normalize(pixels: np.ndarray, area: Area) -> None:
            with np.errstate(over="ignore"):
                pixels -= background(area)
                pixels /= unit
            _arcsinh(pixels)
            pixels *= factor

        return normalize


@dataclass(frozen=True)
class StretchNormalizer(Normalizer):
    """What the original does to X-ray images: gamma, stretch between percentiles, 8 bit, −1 to 1.

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

    def _fit(self, frame: np.ndarray) -> Callable[[np.ndarray, Area], object]:
        percentiles = np.percentile(sample_of(frame), [self.low, self.high])
        black, white = self._bright(percentiles.astype(np.float32))
        offset, span = (black, white - black) if white > black else (np.float32(0), np.float32(1))

        def normalize(pixels: np.ndarray, _: Area) -> None:
            pixels[:] = (self._bright(pixels) - offset) / span
            np.clip(pixels, 0.0, 1.0, out=pixels)
            np.floor(pixels * np.float32(255), out=pixels)
            pixels /= np.float32(127.5)
            pixels -= 1

        return normalize

    def _bright(self, values: np.ndarray) -> np.ndarray:
        return (np.maximum(values, 0) / np.float32(self.highest)) ** np.float32(self.gamma)


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
    for key, value in parameters.items():
        text = isinstance(getattr(kind, key), str)
        if isinstance(value, bool) or not isinstance(value, str if text else int | float):
            expected = "name" if text else "number"
            raise InputError(f"Normalisation {name!r}: {key} is {value!r}, no {expected}.")
    return kind(**parameters)
