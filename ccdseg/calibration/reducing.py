"""Reduction of a raw image: samples averaged, overscan subtracted, trimmed and put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from astropy.stats import mad_std

from ccdseg.calibration.amplifier_overscan import AmplifierOverscan
from ccdseg.calibration.noise_curve import NoiseCurve, NoiseWatch
from ccdseg.calibration.overscan import OVERSCAN_METHODS, OverscanMethod, noise_within_rows
from ccdseg.calibration.readout_layout import find_layout, put_together
from ccdseg.calibration.samples import METHODS, Method, SampleLayout, combine_samples
from ccdseg.detector import Detector
from ccdseg.detector.amplifier import Amplifier
from ccdseg.detector.image_section import parse_section
from ccdseg.errors import InputError


@dataclass(frozen=True)
class Reduction:
    """How raw images are reduced.

    Parameters
    ----------
    n_samples : int or None
        Samples of a pixel; None for the number in the header.
    skip : int
        First samples of each pixel that are left out.
    method : {"mean", "median"}
        How samples are combined.
    overscan : str
        Pedestal that is subtracted, one of `ccdseg.calibration.OVERSCAN_METHODS`.
    degree : int
        Degree of the polynomial through the overscan.
    detector : Detector or None
        Amplifiers with their sections, gains and overscans; None for those of the header.
    """

    n_samples: int | None = None
    skip: int = 0
    method: Method = "mean"
    overscan: OverscanMethod = "row"
    degree: int = 3
    detector: Detector | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(f"Method {self.method!r}; give one of {', '.join(METHODS)}.")
        if self.overscan not in OVERSCAN_METHODS:
            known = ", ".join(OVERSCAN_METHODS)
            raise InputError(f"Overscan {self.overscan!r}; give one of {known}.")
        if self.degree < 0:
            raise InputError(f"The degree is {self.degree}; it must not be negative.")


@dataclass(frozen=True, eq=False)
class ReducedImage:
    """An image made of a raw one.

    Attributes
    ----------
    data : ndarray
        Signal (ADU) of shape (H, W), pedestal subtracted where there is overscan; float32, but
        float64 where that would round off more than a hundredth of the noise.
    deviation : ndarray or None
        Standard deviation of the samples of each pixel (ADU), float32; None of one sample.
    origin : tuple of int
        Row and column (px) of its first pixel in the averaged raw image.
    n_samples : int
        Samples that each pixel is made of.
    amplifiers : tuple of Amplifier
        Amplifiers, their sections in `data`, their read noise (ADU of one pixel of `data`) as the
        overscan shows it, or as it was told.
    pedestals : mapping of str to float
        Median pedestal (ADU) that was subtracted, by the name of each amplifier with overscan.
    noise : mapping of str to NoiseCurve
        Noise against the number of samples by the name of each amplifier; empty of one sample.
    history : tuple of str
        What was done, one line per step.
    """

    data: np.ndarray
    deviation: np.ndarray | None
    origin: tuple[int, int]
    n_samples: int
    amplifiers: tuple[Amplifier, ...]
    pedestals: Mapping[str, float]
    noise: Mapping[str, NoiseCurve]
    history: tuple[str, ...]


def reduce_image(
    read_rows: Callable[[slice], np.ndarray],
    raw_shape: tuple[int, ...],
    *,
    header: Mapping[str, object],
    reduction: Reduction,
    hdu: str = "",
) -> ReducedImage:
    """Reduce a raw image.

    Parameters
    ----------
    read_rows : callable
        Gives the raw rows of a slice; see `ccdseg.calibration.combine_samples`.
    raw_shape : tuple of int
        Shape of the raw image.
    header : mapping
        Its header.
    reduction : Reduction
        What is done.
    hdu : str
        Name of the image, by which the detector's amplifiers are chosen.

    Returns
    -------
    ReducedImage

    Raises
    ------
    InputError
        If samples, sections or overscan do not fit the image.
    """
    samples = SampleLayout.of(raw_shape, header, n_samples=reduction.n_samples)
    layout = find_layout(header, samples.shape, detector=reduction.detector, hdu=hdu)
    amplifiers = _named(layout)
    overscans = [AmplifierOverscan.of(one, samples.shape) for one in amplifiers]
    n_kept = samples.n_samples - reduction.skip
    watches = {
        one.name: NoiseWatch(*(overscan.parts or [parse_section(one.section)])[-1], n_kept)
        for one, overscan in zip(amplifiers, overscans, strict=True)
        if n_kept > 1
    }

    def watch(rows: slice, values: np.ndarray) -> None:
        for each in watches.values():
            each(rows, values)

    combined = combine_samples(
        read_rows, samples, skip=reduction.skip, method=reduction.method, watch=watch
    )
    history = _sample_history(samples, reduction)
    shape, placed = put_together(amplifiers)
    data = np.full(shape, np.nan)
    spread = None if combined.deviation is None else np.full(shape, np.nan, np.float32)
    measured, pedestals = [], {}
    for raw, one, overscan in zip(amplifiers, placed, overscans, strict=True):
        source, target = parse_section(raw.section), parse_section(one.section)
        noise = None if raw.read_noise is None else raw.read_noise / combined.n_samples**0.5
        data[target] = combined.image[source]
        if overscan.parts:
            how = {"method": reduction.overscan, "degree": reduction.degree}
            level = overscan.level(combined.image, **how)
            data[target] -= level
            pedestals[one.name] = float(np.median(level))
            if reduction.overscan != "none":
                history.append(overscan.describe(one.name, pedestals[one.name], **how))
            seen = noise_within_rows(overscan.pixels(combined.image))
            noise = seen if seen > 0 else noise
        measured.append(replace(one, read_noise=noise))
        if spread is not None:
            spread[target] = combined.deviation[source]
    if shape != samples.shape:
        history.append(f"Overscan and prescan trimmed: {shape[0]} rows of {shape[1]} columns left.")
    curves = {name: each.curve() for name, each in watches.items()}
    return ReducedImage(
        data=_narrowed(data),
        deviation=spread,
        origin=_first_pixel(amplifiers),
        n_samples=combined.n_samples,
        amplifiers=tuple(measured),
        pedestals=pedestals,
        noise={name: curve for name, curve in curves.items() if curve is not None},
        history=tuple(history),
    )


def _named(amplifiers: Sequence[Amplifier]) -> list[Amplifier]:
    """Amplifiers, those without a name called by their number."""
    return [replace(one, name=one.name or str(i)) for i, one in enumerate(amplifiers, start=1)]


def _first_pixel(amplifiers: Sequence[Amplifier]) -> tuple[int, int]:
    parts = [parse_section(one.section) for one in amplifiers]
    return min(rows.start for rows, _ in parts), min(columns.start for _, columns in parts)


def _sample_history(samples: SampleLayout, reduction: Reduction) -> list[str]:
    if samples.n_samples == 1:
        return []
    left = f", the first {reduction.skip} left out" if reduction.skip else ""
    return [f"{reduction.method.capitalize()} of {samples.n_samples} samples per pixel{left}."]


def _narrowed(data: np.ndarray) -> np.ndarray:
    """The image as float32, unless that would round off more than a hundredth of its noise."""
    finite = data[np.isfinite(data)]
    if finite.size == 0:
        raise InputError("No pixel is finite.")
    step = float(np.spacing(np.float32(np.abs(np.median(finite)))))
    return data if step > 0.01 * mad_std(finite) > 0 else data.astype(np.float32)
