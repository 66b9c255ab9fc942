"""Light as single photons: each one a cloud of charge that is shared by neighbouring pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.ndimage import correlate1d
from scipy.special import ndtr

from ccdseg.errors import InputError

CROWDED = 10.0
"""Shares of photons per pixel from which clouds are not spread one by one, but those of a cell
together."""

_CELLS = 3
"""Cells of a pixel along each axis, within which crowded photons count as one."""

_AT_ONCE = 2**17
_PLACES = (np.arange(16) + 0.5) / 16
"""Places in a pixel or cell over which shares are averaged."""

_NARROWEST = 1e-3


class Photons(NamedTuple):
    """Photons of a frame: each one is like one of these, all alike often.

    Attributes
    ----------
    electrons : ndarray
        Charge (e⁻), (n,), before its Fano noise.
    width : ndarray
        RMS width σ of its cloud (px), (n,).
    fano : float
        Variance of the number of electrons over its mean.
    """

    electrons: np.ndarray
    width: np.ndarray
    fano: float


def photon_charge(
    mean: np.ndarray,
    electrons: np.ndarray,
    width: np.ndarray,
    fano: float,
    *,
    rng: np.random.Generator,
) -> np.ndarray:
    """Charge of photons that fall anywhere in their pixels, their number Poisson distributed.

    Parameters
    ----------
    mean : ndarray
        Photons per pixel in the mean, (H, W), from 0 to any number.
    electrons, width, fano
        Charge of a photon, as `Photons`.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Charge (e⁻), float32 of shape (H, W); what is spread beyond the frame is lost.

    Raises
    ------
    InputError
        If a mean is negative.

    Notes
    -----
    Where photons are few, each cloud is integrated over the pixels around it; where they are many
    (`CROWDED`), pixels are divided into cells, and the photons of a cell share their charge as the
    mean cloud does: up to a tenth of the variance is lost.
    """
    if mean.size and not mean.min() >= 0:
        raise InputError(f"The mean number of photons is {mean.min()}; it must not be negative.")
    if len(electrons) == 1 and not width.any():
        return _summed(rng.poisson(mean), electrons, fano=fano, rng=rng).astype(np.float32)
    crowded = mean * (2 * _reach(width) + 1) ** 2 >= CROWDED
    number = rng.poisson(np.where(crowded, 0, mean))
    charge = _single_clouds(number, electrons, width, fano=fano, rng=rng)
    if crowded.any():
        charge += _crowds(np.where(crowded, mean, 0), electrons, width, fano=fano, rng=rng)
    return charge.astype(np.float32)


def photon_variance(mean: np.ndarray, electrons: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Variance (e⁻²) of the charge per pixel that the number of photons and their sharing cause.

    Parameters
    ----------
    mean, electrons, width
        As for `photon_charge`.

    Returns
    -------
    ndarray
        float32 of shape (H, W).
    """
    square = np.float32(np.mean(np.square(electrons)))
    return _spread(mean.astype(np.float32) * square, _mean_shares(width, power=2))


def _single_clouds(
    number: np.ndarray,
    electrons: np.ndarray,
    width: np.ndarray,
    *,
    fano: float,
    rng: np.random.Generator,
) -> np.ndarray:
    height, columns = number.shape
    pixels = np.repeat(np.arange(number.size), number.ravel())
    reach = _reach(width)
    padded = (height + 2 * reach, columns + 2 * reach)
    charge = np.zeros(padded[0] * padded[1])
    offset = np.arange(-reach, reach + 1)
    for first in range(0, len(pixels), _AT_ONCE):
        row, column = np.divmod(pixels[first : first + _AT_ONCE], columns)
        kind = rng.integers(len(electrons), size=len(row))
        freed = np.maximum(rng.normal(electrons[kind], np.sqrt(fano * electrons[kind])), 0)
        shares = [_shares(rng.random(len(row)), width[kind], reach) for _ in range(2)]
        parts = freed[:, None, None] * shares[0][:, :, None] * shares[1][:, None, :]
        target = (row[:, None, None] + reach + offset[:, None]) * padded[1]
        target = target + column[:, None, None] + reach + offset
        charge += np.bincount(target.ravel(), parts.ravel(), minlength=charge.size)
    inner = np.s_[reach : reach + height, reach : reach + columns]
    return charge.reshape(padded)[inner]


def _crowds(
    mean: np.ndarray,
    electrons: np.ndarray,
    width: np.ndarray,
    *,
    fano: float,
    rng: np.random.Generator,
) -> np.ndarray:
    fine = np.repeat(np.repeat(mean / _CELLS**2, _CELLS, axis=0), _CELLS, axis=1)
    number = rng.poisson(fine)
    charge = _summed(number, electrons, fano=fano, rng=rng)
    charge = _spread(charge, _mean_shares(width * _CELLS))
    return charge.reshape(mean.shape[0], _CELLS, mean.shape[1], _CELLS).sum(axis=(1, 3))


def _summed(
    number: np.ndarray, electrons: np.ndarray, *, fano: float, rng: np.random.Generator
) -> np.ndarray:
    """Charge (e⁻) of so many photons in each cell, before it spreads."""
    charge = number * np.float32(electrons.mean())
    variance = electrons.var() + fano * electrons.mean()
    if variance:
        noise = rng.standard_normal(number.shape, dtype=np.float32)
        charge += np.sqrt(np.float32(variance) * number) * noise
    return charge


def _reach(width: np.ndarray) -> int:
    """Pixels to each side of its own that a cloud may reach."""
    return max(int(np.ceil(3 * np.max(width))), 1)


def _shares(place: np.ndarray, width: np.ndarray, reach: int) -> np.ndarray:
    """Share of each cloud (n,) that falls into each pixel from −reach to reach, (n, pixels)."""
    edges = np.arange(-reach, reach + 2)
    sigma = np.maximum(width, _NARROWEST)
    shares = np.diff(ndtr((edges - place[:, None]) / sigma[:, None]), axis=1)
    return shares / shares.sum(axis=1, keepdims=True)


def _mean_shares(width: np.ndarray, *, power: int = 1) -> np.ndarray:
    """Mean of a power of the shares over all places in a pixel and all widths, (pixels,)."""
    places, widths = np.meshgrid(_PLACES, width)
    shares = _shares(places.ravel(), widths.ravel(), _reach(width))
    return (shares**power).mean(axis=0)


def _spread(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    for axis in (0, 1):
        values = correlate1d(values, shares[::-1], axis=axis, mode="constant")
    return values
