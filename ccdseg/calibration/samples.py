"""Samples of a pixel: how they lie in a raw image, and their mean or median."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ccdseg.errors import InputError

KEYWORDS = ("NSAMP", "NDCMS", "NDCM")
"""Keywords of the number of samples."""

_COLUMNS = ("NCOL", "CCDNCOL")

Method = Literal["mean", "median"]

METHODS: tuple[Method, ...] = ("mean", "median")

_STRIP_VALUES = 4_000_000
"""Samples that are in memory at once."""


@dataclass(frozen=True)
class SampleLayout:
    """How the samples of the pixels lie in a raw image.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the image after averaging (px).
    n_samples : int
        Samples of each pixel.
    cube : bool
        Whether the samples are planes, along the first axis; otherwise those of a pixel lie side
        by side in its row.
    """

    shape: tuple[int, int]
    n_samples: int
    cube: bool

    @classmethod
    def of(
        cls,
        raw_shape: tuple[int, ...],
        header: Mapping[str, object],
        *,
        n_samples: int | None = None,
    ) -> SampleLayout:
        """Layout of a raw image.

        Parameters
        ----------
        raw_shape : tuple of int
            Shape of the raw image: (rows, columns × samples) or (samples, rows, columns).
        header : mapping
            Header, in which `KEYWORDS` may give the number of samples. Where NCOL says that the
            image has as many columns as pixels, it is averaged already.
        n_samples : int, optional
            Number of samples, in the place of that of the header.

        Raises
        ------
        InputError
            If the image has neither two nor three axes, or the samples do not divide the width.
        """
        if len(raw_shape) not in (2, 3) or 0 in raw_shape:
            raise InputError(f"A raw image of shape {raw_shape}; give rows and columns, or a cube.")
        if len(raw_shape) == 3:
            if n_samples not in (None, raw_shape[0]):
                raise InputError(
                    f"{n_samples} samples are told, and the cube has {raw_shape[0]} planes; leave "
                    "--samples away."
                )
            return cls(raw_shape[1:], raw_shape[0], cube=True)
        told = _counted(header) if n_samples is None else n_samples
        width = str(raw_shape[1])
        averaged = n_samples is None and any(
            str(header.get(key)).strip() == width for key in _COLUMNS
        )
        number = 1 if averaged else told
        if number < 1 or raw_shape[1] % number:
            raise InputError(
                f"{number} samples of a pixel do not divide the width of {raw_shape[1]} columns; "
                "give their number (--samples)."
            )
        return cls((raw_shape[0], raw_shape[1] // number), number, cube=False)

    def strip(self, raw: np.ndarray) -> np.ndarray:
        """Samples of raw rows as float64 of shape (rows, columns, samples)."""
        samples = np.asarray(raw, dtype=np.float64)
        if self.cube:
            return np.moveaxis(samples, 0, -1)
        return samples.reshape(len(samples), -1, self.n_samples)

    def strips(self) -> Iterator[slice]:
        """Rows that are read together."""
        height, width = self.shape
        n_rows = max(_STRIP_VALUES // (width * self.n_samples), 1)
        for first in range(0, height, n_rows):
            yield slice(first, min(first + n_rows, height))


def _counted(header: Mapping[str, object]) -> int:
    """Number of samples in a header; 1 where it has none."""
    for key in KEYWORDS:
        value = header.get(key)
        if value is None:
            continue
        try:
            return int(str(value))
        except ValueError:
            raise InputError(f"{key} is {value!r}; give a number (--samples).") from None
    return 1


@dataclass(frozen=True, eq=False)
class CombinedSamples:
    """One value per pixel from its samples.

    Attributes
    ----------
    image : ndarray
        Mean or median of the samples (ADU), float64 of shape (H, W).
    deviation : ndarray or None
        Standard deviation of the samples of each pixel (ADU), float32 of the same shape; None where
        there is one sample.
    n_samples : int
        Samples that were combined, those left out not counted.
    """

    image: np.ndarray
    deviation: np.ndarray | None
    n_samples: int


def combine_samples(
    read_rows: Callable[[slice], np.ndarray],
    layout: SampleLayout,
    *,
    skip: int = 0,
    method: Method = "mean",
    watch: Callable[[slice, np.ndarray], None] = lambda _rows, _samples: None,
) -> CombinedSamples:
    """Combine the samples of every pixel, strip by strip.

    Parameters
    ----------
    read_rows : callable
        Gives the raw rows of a slice: (rows, columns × samples), or of a cube (samples, rows,
        columns), of any type of numbers.
    layout : SampleLayout
        How the samples lie.
    skip : int
        First samples of each pixel that are left out.
    method : {"mean", "median"}
        How they are combined.
    watch : callable
        Called with the rows of each strip and its samples, float64 of shape (rows, columns,
        samples), those left out not among them.

    Returns
    -------
    CombinedSamples

    Raises
    ------
    InputError
        If no sample is left.
    """
    if method not in METHODS:
        raise InputError(f"Method {method!r}; give one of {', '.join(METHODS)}.")
    n_kept = layout.n_samples - skip
    if skip < 0 or n_kept < 1:
        raise InputError(
            f"{skip} of {layout.n_samples} samples are to be left out; at least one must remain."
        )
    image = np.empty(layout.shape)
    deviation = np.empty(layout.shape, dtype=np.float32) if n_kept > 1 else None
    combine = np.mean if method == "mean" else np.median
    for rows in layout.strips():
        samples = layout.strip(read_rows(rows))[..., skip:]
        image[rows] = combine(samples, axis=-1)
        if deviation is not None:
            deviation[rows] = samples.std(axis=-1, ddof=1)
        watch(rows, samples)
    return CombinedSamples(image, deviation, n_kept)
