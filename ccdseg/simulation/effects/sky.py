"""The sky on a detector: stars, and what telescopes and satellites add."""

from __future__ import annotations

import numpy as np
from astropy.table import QTable
from scipy.special import erf

from ccdseg.errors import InputError
from ccdseg.simulation.effects.scattering import distance_from

_FARTHEST = 128.0
"""Distance to which the wings of the brightest stars are drawn (px)."""


def stars(
    shape: tuple[int, int],
    places: np.ndarray,
    fluxes: np.ndarray,
    *,
    width: float,
    wing: float = np.inf,
    faintest: float = 0.03,
) -> np.ndarray:
    """Point sources, drawn by photutils: a Gaussian core integrated over pixels, or Moffat wings.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    places : ndarray
        Row and column of each star (px), (n, 2), inside the frame or near it.
    fluxes : ndarray
        Photons of each star, (n,).
    width : float
        Standard deviation of the core (px); 0.4 is undersampled, 3 poor seeing.
    wing : float
        Exponent β of the Moffat profile, above 1; infinite for a Gaussian.
    faintest : float
        Photons per pixel down to which the wings of a star are drawn.

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.

    Raises
    ------
    InputError
        If the width is not above 0.
    """
    from photutils.datasets import make_model_image
    from photutils.psf import CircularGaussianSigmaPRF, MoffatPSF

    if not width > 0:
        raise InputError(f"Stars have a width of {width} px; it must be above 0.")
    gaussian = np.isinf(wing)
    alpha = width * 2**0.5 if gaussian else width * (2 * wing) ** 0.5
    model = CircularGaussianSigmaPRF(sigma=width) if gaussian else MoffatPSF(alpha=alpha, beta=wing)
    # a Moffat star, which has no integral over pixels, is averaged over them where it is narrow
    factor = 1 if gaussian or width > 2 else 3
    image = np.zeros(shape, dtype=np.float32)
    peaks = fluxes / (np.pi * alpha**2) * (1 if gaussian else wing - 1)
    reach = alpha * _fall(peaks / faintest, wing)
    reach = np.clip(reach, 4.0, _FARTHEST)
    octave = np.ceil(np.log2(reach)).astype(int)
    for size in np.unique(octave):
        half = 2**size
        reaches = np.all((places > 1 - half) & (places < np.array(shape) + half - 2), axis=1)
        chosen = reaches & (octave == size)
        if not chosen.any():
            continue
        rows, columns = places[chosen].T
        image += make_model_image(
            shape,
            model,
            QTable({"x_0": columns, "y_0": rows, "flux": fluxes[chosen]}),
            model_shape=(2 * half + 1,) * 2,
            discretize_method="oversample" if factor > 1 else "center",
            discretize_oversample=factor,
        )
    return image


def _fall(factor: np.ndarray, wing: float) -> np.ndarray:
    """Distance in units of α at which a star has fallen by a `factor`."""
    decades = np.log(np.maximum(factor, 1.0))
    return decades**0.5 if np.isinf(wing) else np.expm1(decades / wing) ** 0.5


def diffraction_spikes(
    shape: tuple[int, int],
    place: tuple[float, float],
    flux: float,
    *,
    length: float,
    width: float,
    angle: float,
    n_spikes: int = 4,
) -> np.ndarray:
    """Light of a bright star that the spider of the secondary mirror diffracts.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    place : tuple of float
        Row and column of the star (px).
    flux : float
        Photons of all spikes together.
    length : float
        Distance (px) over which a spike falls by e.
    width : float
        Standard deviation across a spike (px).
    angle : float
        Direction of the first spike from the row (rad).
    n_spikes : int
        Number of spikes, evenly spread.

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.
    """
    rows = np.arange(shape[0], dtype=np.float32)[:, np.newaxis] - np.float32(place[0])
    columns = np.arange(shape[1], dtype=np.float32) - np.float32(place[1])
    image = np.zeros(shape, dtype=np.float32)
    for direction in angle + 2 * np.pi * np.arange(n_spikes) / n_spikes:
        along = columns * np.float32(np.cos(direction)) + rows * np.float32(np.sin(direction))
        across = rows * np.float32(np.cos(direction)) - columns * np.float32(np.sin(direction))
        spike = np.exp(-np.maximum(along, 0) / length - 0.5 * (across / width) ** 2)
        image += np.where(along >= 0, spike, 0)
    return image * np.float32(flux / (n_spikes * length * width * (2 * np.pi) ** 0.5))


def satellite_trail(
    shape: tuple[int, int],
    place: tuple[float, float],
    level: float,
    *,
    angle: float,
    half_width: float,
    blur: float,
) -> np.ndarray:
    """Trail of a satellite: a straight band over the whole frame, blurred by the seeing.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    place : tuple of float
        Row and column of one point of it (px).
    level : float
        Photons per pixel in its middle, were it wide.
    angle : float
        Direction from the row (rad).
    half_width : float
        Half of its width before the blur (px): the disk of a satellite out of focus.
    blur : float
        Standard deviation of the blur (px).

    Returns
    -------
    ndarray
        Mean photons per pixel, float32 of `shape`.
    """
    rows = np.arange(shape[0], dtype=np.float32)[:, np.newaxis] - np.float32(place[0])
    columns = np.arange(shape[1], dtype=np.float32) - np.float32(place[1])
    across = rows * np.float32(np.cos(angle)) - columns * np.float32(np.sin(angle))
    unit = 2**0.5 * blur
    band = erf((across + half_width) / unit) - erf((across - half_width) / unit)
    return (level / 2 * band).astype(np.float32)


def vignetting(shape: tuple[int, int], loss: float) -> np.ndarray:
    """Factor by which optics darken a field towards its corners, as the square of the distance.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns (px).
    loss : float
        Share of the light that is lost in the corners, 0 to 1.

    Returns
    -------
    ndarray
        Factor from 1 − `loss` to 1, float32 of `shape`.
    """
    middle = (shape[0] - 1) / 2, (shape[1] - 1) / 2
    distance = distance_from(shape, middle)
    return 1 - np.float32(loss) * (distance / max(distance.max(), np.float32(1))) ** 2
