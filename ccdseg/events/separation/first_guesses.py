"""First parameters of the Gaussians of compact clusters: moments, and what others leave over."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ccdseg.events.separation.canvas import Canvas
from ccdseg.events.separation.mixture_fit import expected_signals
from ccdseg.events.separation.one_particle import OF_A_PIXEL


def moments(charge: np.ndarray) -> np.ndarray:
    """One Gaussian of each canvas by its moments, (clusters, 4)."""
    total, centres, covariance = covariances(charge)
    variance = np.trace(covariance, axis1=1, axis2=2) / 2 - OF_A_PIXEL
    return np.column_stack([centres, np.log(np.clip(variance, 0.05, 4)) / 2, total])


def along_axis(charge: np.ndarray) -> np.ndarray:
    """Two Gaussians on the major axis of each canvas, (clusters, 2, 4)."""
    total, centres, covariance = covariances(charge)
    variances, axes = np.linalg.eigh(covariance)
    away = np.sqrt(np.maximum(variances[:, 1] - variances[:, 0], 0.1))[:, np.newaxis]
    width = np.log(np.clip(variances[:, 0] - OF_A_PIXEL, 0.05, 4)) / 2
    return np.stack(
        [
            np.column_stack([centres + side * away * axes[:, :, 1], width, total / 2])
            for side in (-1, 1)
        ],
        axis=1,
    )


def covariances(charge: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Total, centre (px) and covariance (px²) of the positive charge of each canvas."""
    weights = np.maximum(charge, 0)
    total = np.maximum(weights.sum(axis=(1, 2)), 1e-9)
    places = np.stack([axis.ravel() for axis in np.indices(charge.shape[1:])], axis=1)
    weights = weights.reshape(len(charge), -1) / total[:, np.newaxis]
    centres = weights @ places
    away = places - centres[:, np.newaxis]
    return total, centres, np.einsum("np,npi,npj->nij", weights, away, away)


def with_brightest(canvas: Canvas, chosen: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """The Gaussians, and one more where most charge is left over, (clusters, K + 1, 4)."""
    charge, used = canvas.charge[chosen], canvas.used[chosen]
    left = (charge - expected_signals(parameters, charge.shape[1:]).sum(axis=1)) * used
    smooth = ndimage.gaussian_filter(left, (0, 0.6, 0.6), mode="constant").reshape(len(left), -1)
    row, column = np.divmod(smooth.argmax(axis=1), charge.shape[2])
    signal = np.maximum(3 * smooth.max(axis=1), 0.05 * parameters[..., 3].sum(axis=1))
    more = np.column_stack([row, column, np.full(len(row), np.log(0.5)), signal])
    return np.concatenate([parameters, more[:, np.newaxis]], axis=1)
