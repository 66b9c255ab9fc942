"""Least-squares fits of a round Gaussian to many pieces of an image at once.

The parameters of a fit are row and column of the centre (px), logarithm of the RMS width (px) and
signal. The model is the product of a profile along the rows and one along the columns, so that sums
over pixels are products of matrices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ccdseg.events.gaussian_profile import N_PARAMETERS, normalised, pixel_shares

NARROWEST, WIDEST = 0.1, 8.0
"""Limits of the width (px)."""

_RESOLVED = 0.25
"""Least width (px) that neighbouring pixels tell."""

_MOST_STEPS = 20
_DERIVATIVES = (((1, 0),), ((0, 1),), ((2, 0), (0, 2)), ((0, 0),))
"""Derivatives of the model by each parameter, but for factors of the signal, as sums of products of
a profile along the rows and one along the columns: 0 is the profile itself, 1 its derivative by the
centre, 2 that by the logarithm of the width."""

_PAIRS = np.triu_indices(3)
"""The six products of two of these profiles."""


def _combinations() -> tuple[np.ndarray, np.ndarray]:
    """Sums over profiles, (9, 4), and over their pairs, (36, 16), in gradient and curvature."""
    pair = np.zeros((3, 3), dtype=int)
    pair[_PAIRS] = pair[_PAIRS[::-1]] = np.arange(6)
    gradient = np.zeros((3, 3, N_PARAMETERS))
    curvature = np.zeros((6, 6, N_PARAMETERS, N_PARAMETERS))
    for first, terms in enumerate(_DERIVATIVES):
        for row, column in terms:
            gradient[row, column, first] = 1
            for second, others in enumerate(_DERIVATIVES):
                for other_row, other_column in others:
                    place = pair[row, other_row], pair[column, other_column], first, second
                    curvature[place] += 1
    return gradient.reshape(9, -1), curvature.reshape(36, -1)


_GRADIENT, _CURVATURE = _combinations()

_LONGEST_STEP = 0.4
"""Greatest change of position (px) and logarithm of the width at once: a narrow Gaussian beside the
charge depends on nothing, so that no step leads out again."""

_DAMPING, _LEAST_DAMPING, _MOST_DAMPING = 1e-3, 1e-7, 1e5
_CONVERGED, _CONVERGED_PART = 1e-3, 1e-7
"""Expected gain of χ² by a step, absolute and as a part of it, below which that is the last one: it
shifts the parameters by 3 % of their errors, and what is left is far less."""


class Pieces(NamedTuple):
    """Square pieces of an image that are fitted.

    Attributes
    ----------
    weights : ndarray
        Inverse variance of each pixel, 0 where it does not count, (fits, length, length).
    weighted : ndarray
        Signal times its weight, of the same shape.
    squares : ndarray
        Sum of the weighted squares of the signal, (fits,).
    """

    weights: np.ndarray
    weighted: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, data: np.ndarray, weights: np.ndarray) -> Pieces:
        """Pieces of some data with weights, both (fits, length, length)."""
        weighted = weights * data
        return cls(weights, weighted, np.einsum("nij,nij->n", weighted, data))

    def chosen(self, index: np.ndarray) -> Pieces:
        """Some of the pieces, by their indices."""
        return Pieces(*(array[index] for array in self))


def first_guess(data: np.ndarray) -> np.ndarray:
    """Row, column (px), logarithm of the width (px) and signal from the moments, (fits, 4)."""
    weights = np.maximum(data, 0)
    total = weights.sum(axis=(1, 2))
    centres, variance = [], 0.0
    for profile in (weights.sum(axis=2), weights.sum(axis=1)):
        places = np.arange(profile.shape[1])
        centre = profile @ places / total
        variance += np.sum(profile * (places - centre[:, np.newaxis]) ** 2, axis=1) / (2 * total)
        centres.append(centre)
    return np.stack([*centres, np.log(np.clip(variance**0.5, 0.2, 4.0)), total], axis=1)


def minimise(guess: np.ndarray, pieces: Pieces, *, widest: float = WIDEST) -> np.ndarray:
    """Parameters of least χ² by Levenberg-Marquardt iterations from a first guess, (fits, 4).

    Widths are at most `widest` (px).
    """
    limits = np.log([NARROWEST, widest])
    guess = guess.copy()
    chi_square, gradient, curvature = _normal_equations(guess, pieces)
    damping = np.full(len(guess), _DAMPING)
    active = np.arange(len(guess))
    for _ in range(_MOST_STEPS):
        step, gain = _steps(
            guess[active], gradient[active], curvature[active], damping[active], limits
        )
        last = gain <= _CONVERGED + _CONVERGED_PART * chi_square[active]
        trial = guess[active] + step
        trial[:, 2] = np.clip(trial[:, 2], *limits)
        found = _normal_equations(trial, pieces.chosen(active))
        share = (chi_square[active] - found[0]) / np.maximum(gain, np.finfo(float).tiny)
        better = share > 0
        factor = np.select([share > 0.75, share > 0.25], [0.1, 1.0], 10.0)
        damping[active] = np.maximum(damping[active] * factor, _LEAST_DAMPING)
        improved = active[better]
        guess[improved] = trial[better]
        for kept, new in zip((chi_square, gradient, curvature), found, strict=True):
            kept[improved] = new[better]
        active = active[~last & (damping[active] < _MOST_DAMPING)]
        if not len(active):
            break
    return guess


def chi_square(guess: np.ndarray, pieces: Pieces) -> np.ndarray:
    """χ² of fits, (fits,)."""
    return _normal_equations(guess, pieces)[0]


def width_error(guess: np.ndarray, pieces: Pieces) -> np.ndarray:
    """Standard deviation of the width (px), (fits,); at the upper limit of the width NaN.

    Below a quarter of a pixel hardly any charge leaks into the neighbouring pixels, which then do
    not tell the width: the error reaches at least as far.
    """
    resolved = guess.copy()
    resolved[:, 2] = np.maximum(guess[:, 2], np.log(_RESOLVED))
    matrix, scale = normalised(_normal_equations(resolved, pieces)[2])
    ridge = 1e-12 * np.eye(N_PARAMETERS)  # what no pixel depends on gets a huge variance
    deviation = np.sqrt(np.linalg.inv(matrix + ridge)[:, 2, 2]) / scale[:, 2]
    width, told = np.exp(guess[:, 2]), np.exp(resolved[:, 2])
    error = np.hypot(told * deviation, told - width)
    return np.where(width < 0.999 * WIDEST, error, np.nan)


def _steps(
    guess: np.ndarray,
    gradient: np.ndarray,
    curvature: np.ndarray,
    damping: np.ndarray,
    limits: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Damped steps (fits, 4), and the gain of χ² that each is expected to bring."""
    low, high = limits
    width, slope = guess[:, 2], gradient[:, 2]
    pinned = ((width <= low) & (slope < 0)) | ((width >= high) & (slope > 0))
    gradient, curvature = gradient.copy(), curvature.copy()
    gradient[pinned, 2] = curvature[pinned, 2] = curvature[pinned, :, 2] = 0
    matrix, scale = normalised(curvature)
    diagonal = np.arange(N_PARAMETERS)
    matrix[:, diagonal, diagonal] = 1 + damping[:, np.newaxis]
    step = np.linalg.solve(matrix, (gradient / scale)[..., np.newaxis])[..., 0] / scale
    gain = np.einsum("ni,ni->n", step, gradient)
    longest = _LONGEST_STEP * np.exp(np.maximum(width, 0))
    excess = np.abs(step[:, :2]).max(axis=1) / longest
    excess = np.maximum(excess, np.abs(step[:, 2]) / _LONGEST_STEP)
    return step / np.maximum(excess, 1)[:, np.newaxis], gain


def _normal_equations(
    guess: np.ndarray, pieces: Pieces
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """χ² (fits,), half its negative gradient (fits, 4) and its Gauss-Newton matrix (fits, 4, 4).

    Both come from sums over the pixels of products of profiles, with the factors of the signal.
    """
    profiles = _profiles(guess, pieces.weights.shape[1])
    pairs = profiles[:, :, _PAIRS[0]] * profiles[:, :, _PAIRS[1]]
    gradient = _sums(profiles, pieces.weighted) @ _GRADIENT
    curvature = (_sums(pairs, pieces.weights) @ _CURVATURE).reshape(-1, N_PARAMETERS, N_PARAMETERS)
    signal = guess[:, 3]
    square = pieces.squares - signal * (2 * gradient[:, 3] - signal * curvature[:, 3, 3])
    gradient -= signal[:, np.newaxis] * curvature[:, 3]
    factors = np.ones_like(guess)
    factors[:, :3] = signal[:, np.newaxis]
    curvature *= factors[:, :, np.newaxis] * factors[:, np.newaxis]
    return square, gradient * factors, curvature


def expected_signal(guess: np.ndarray, length: int) -> np.ndarray:
    """Signal of each pixel, (fits, length, length)."""
    shares = _profiles(guess, length)[:, :, 0]
    return (
        guess[:, 3, np.newaxis, np.newaxis] * shares[:, 0, :, np.newaxis] * shares[:, 1, np.newaxis]
    )


def _sums(profiles: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Σ_ij a_i v_ij b_j for profiles (fits, 2, m, h) and values (fits, h, h): (fits, m²)."""
    sums = profiles[:, 0] @ values @ profiles[:, 1].swapaxes(1, 2)
    return sums.reshape(len(sums), -1)


def _profiles(guess: np.ndarray, length: int) -> np.ndarray:
    """`pixel_shares` along rows and columns, (fits, 2, 3, length)."""
    return pixel_shares(guess[:, :2], guess[:, 2, np.newaxis], length)
