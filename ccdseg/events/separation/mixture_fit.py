"""Least-squares fits of several round Gaussians to many pieces of an image at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccdseg.events.gaussian_profile import N_PARAMETERS, normalised, pixel_shares

_MOST_STEPS = 14
_LONGEST_STEP = 0.4
"""Greatest change of position (px) and logarithm of the width in one step."""

_DAMPING, _MOST_DAMPING = 1e-2, 1e6
_CONVERGED = 1e-3
"""Gain of χ² by a step, as a part of it, below which that is the last one."""

_LEAST_SHARE = 1e-4
"""Least signal of a Gaussian over that of all at first, so that none vanishes."""

_RIDGE = 1e-9
"""What is added to the diagonal of a normalised matrix: a Gaussian may lie beside all charge."""

_NOTHING = 1e-12


class Mixtures(NamedTuple):
    """Fits of K Gaussians each.

    Attributes
    ----------
    parameters : ndarray
        Row, column (px, in the piece), logarithm of the width (px) and signal, (fits, K, 4).
    chi_square : ndarray
        χ² of each fit, (fits,).
    covariance : ndarray
        Covariance of the parameters, (fits, 4 K, 4 K).
    """

    parameters: np.ndarray
    chi_square: np.ndarray
    covariance: np.ndarray


def fit_mixtures(
    data: np.ndarray,
    weights: np.ndarray,
    guess: np.ndarray,
    *,
    widths: tuple[float, float],
) -> Mixtures:
    """Fit K Gaussians, integrated over the pixels, to each piece by Levenberg-Marquardt steps.

    Parameters
    ----------
    data : ndarray
        Signal, (fits, h, w).
    weights : ndarray
        Inverse variance of each pixel, 0 where it does not count, of the same shape.
    guess : ndarray
        First parameters, (fits, K, 4). A Gaussian whose first signal is 0 is none: pieces with
        fewer of them are filled up so.
    widths : tuple of float
        Least and greatest width (px).

    Returns
    -------
    Mixtures
    """
    limits = np.log(widths)
    found, scale = guess.copy(), np.maximum(guess[..., 3].sum(axis=1), 1e-300)
    square, gradient, curvature = _normal_equations(found, data, weights)
    damping = np.full(len(found), _DAMPING)
    active = np.arange(len(found))
    for _ in range(_MOST_STEPS):
        if not len(active):
            break
        step = _steps(gradient[active], curvature[active], damping[active]).reshape(
            found[active].shape
        )
        trial = found[active] + _shortened(step)
        for axis in (0, 1):
            trial[..., axis] = np.clip(trial[..., axis], -1, data.shape[axis + 1])
        trial[..., 2] = np.clip(trial[..., 2], *limits)
        least = _LEAST_SHARE * scale[active, np.newaxis]
        trial[..., 3] = np.where(guess[active, :, 3] > 0, np.maximum(trial[..., 3], least), 0.0)
        new = _normal_equations(trial, data[active], weights[active])
        gain = square[active] - new[0]
        better = gain > 0
        damping[active] *= np.where(better, 0.2, 8.0)
        last = better & (gain < _CONVERGED * square[active])
        improved = active[better]
        found[improved] = trial[better]
        for kept, values in zip((square, gradient, curvature), new, strict=True):
            kept[improved] = values[better]
        active = active[~last & (damping[active] < _MOST_DAMPING)]
    matrix, scale = normalised(curvature, least=_NOTHING)
    matrix = np.linalg.inv(matrix + _RIDGE * np.eye(matrix.shape[1]))
    return Mixtures(found, square, matrix / (scale[:, :, np.newaxis] * scale[:, np.newaxis]))


def expected_signals(parameters: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Signal of each Gaussian in each pixel of the pieces, (fits, K, h, w)."""
    rows, columns = (_profiles(parameters, axis, shape[axis])[:, :, 0] for axis in (0, 1))
    signal = parameters[..., 3, np.newaxis, np.newaxis]
    return signal * rows[..., :, np.newaxis] * columns[..., np.newaxis, :]


def _steps(gradient: np.ndarray, curvature: np.ndarray, damping: np.ndarray) -> np.ndarray:
    """Damped steps, (fits, 4 K)."""
    matrix, scale = normalised(curvature, least=_NOTHING)
    index = np.arange(matrix.shape[1])
    matrix[:, index, index] = 1 + damping[:, np.newaxis] + _RIDGE
    return np.linalg.solve(matrix, (gradient / scale)[..., np.newaxis])[..., 0] / scale


def _shortened(step: np.ndarray) -> np.ndarray:
    """Steps whose changes of position and width are at most the longest allowed."""
    excess = np.abs(step[..., :3]).max(axis=(1, 2)) / _LONGEST_STEP
    return step / np.maximum(excess, 1)[:, np.newaxis, np.newaxis]


def _normal_equations(
    parameters: np.ndarray, data: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """χ² (fits,), half its negative gradient (fits, 4 K), Gauss-Newton matrix (fits, 4 K, 4 K)."""
    n, k = parameters.shape[:2]
    rows, columns = (_profiles(parameters, axis, data.shape[axis + 1]) for axis in (0, 1))
    signal = parameters[..., 3, np.newaxis, np.newaxis]

    def product(row: int, column: int) -> np.ndarray:
        return rows[:, :, row, :, np.newaxis] * columns[:, :, column, np.newaxis]

    plain = product(0, 0)
    parts = (
        signal * product(1, 0),
        signal * product(0, 1),
        signal * (product(2, 0) + product(0, 2)),
        plain,
    )
    jacobian = np.stack(parts, axis=2).reshape(n, k * N_PARAMETERS, -1)
    flat_weights = weights.reshape(n, 1, -1)
    residual = data.reshape(n, -1) - (signal * plain).sum(axis=1).reshape(n, -1)
    jacobian *= np.repeat(parameters[..., 3] > 0, N_PARAMETERS, axis=1)[..., np.newaxis]
    weighted = jacobian * flat_weights
    return (
        np.einsum("ni,ni,ni->n", residual, residual, flat_weights[:, 0]),
        np.einsum("npi,ni->np", weighted, residual),
        weighted @ jacobian.swapaxes(1, 2),
    )


def _profiles(parameters: np.ndarray, axis: int, length: int) -> np.ndarray:
    """`pixel_shares` along an axis, (fits, K, 3, length)."""
    return pixel_shares(parameters[..., axis], parameters[..., 2], length)
