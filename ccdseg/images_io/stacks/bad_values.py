"""Numbers that stand for pixels without a value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccdseg.errors import InputError

AUTO = "auto"

BadValues = str | Sequence[float] | None
"""``"auto"``, numbers, or None for none."""

_NEGATIVE = (-1, -2)
"""What detectors that count photons give gaps and bad pixels."""

_MOST = 0.2
"""Greatest share of pixels that gaps and bad pixels can be; a fifth of a large detector's are."""


def check_bad_values(values: BadValues) -> None:
    """Raise `InputError` where `values` are neither numbers nor ``"auto"`` nor None."""
    if values is None or values == AUTO:
        return
    numbers = not isinstance(values, str) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
    if not numbers:
        raise InputError(f"bad_values is {values!r}; give 'auto', numbers, or None for none.")


def find_bad(
    pixels: np.ndarray, values: BadValues = AUTO, *, is_hybrid: bool = False
) -> np.ndarray | None:
    """Pixels whose number stands for no value.

    By itself (``"auto"``) 2³² − 1 does so among unsigned numbers of 32 bit, the largest number of
    a smaller type where the detector is a hybrid one, and −1 and −2 among signed integers where
    there are no other negative numbers and they are few: a dark level about zero has others.

    Parameters
    ----------
    pixels : ndarray
        Image as it is stored, (H, W).
    values : "auto", sequence of float, or None
        What stands for no value.
    is_hybrid : bool
        Whether the image comes from a detector that counts photons pixel by pixel.

    Returns
    -------
    ndarray of bool or None
        Of the shape of the image; None where there is none.
    """
    bad = _by_rule(pixels, is_hybrid=is_hybrid) if values == AUTO else _told(pixels, values or ())
    return bad if bad is not None and bad.any() else None


def _told(pixels: np.ndarray, values: Sequence[float]) -> np.ndarray:
    return np.isin(pixels, np.asarray(values, dtype=np.float64))


def _by_rule(pixels: np.ndarray, *, is_hybrid: bool) -> np.ndarray | None:
    kind, n_bytes = pixels.dtype.kind, pixels.dtype.itemsize
    if kind == "u" and (n_bytes >= 4 or is_hybrid):
        return pixels == np.iinfo(pixels.dtype).max
    if kind != "i":
        return None
    negative = pixels < 0
    only = np.count_nonzero(negative) <= _MOST * pixels.size
    return negative if only and pixels.min() >= min(_NEGATIVE) else None
