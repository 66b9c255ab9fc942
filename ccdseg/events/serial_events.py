"""Serial-register events of a mask: rows of hot pixels without hot pixels above and below."""

from __future__ import annotations

import numpy as np

from ccdseg.classes import ClassCatalogue

LEAST_LENGTH = 4
"""Pixels of the shortest row of hot pixels that is taken for a serial-register event."""


def serial_register_events(mask: np.ndarray, classes: ClassCatalogue) -> np.ndarray:
    """Pixels of serial-register events.

    A particle in the serial register is read as a line one row high, which a mask calls hot pixels.
    Hot columns are no such lines, and interrupt one.

    Parameters
    ----------
    mask : ndarray
        Class indices of shape (H, W).
    classes : ClassCatalogue
        Meaning of the indices.

    Returns
    -------
    ndarray of bool
        (H, W).
    """
    if "hot pixel" not in classes.names:
        return np.zeros(mask.shape, dtype=bool)
    hot = np.pad(mask == classes["hot pixel"].index, ((1, 1), (0, 1)))
    line = hot[1:-1] & ~(hot[:-2] | hot[2:])
    flat = np.flatnonzero(np.diff(line.ravel().astype(np.int8), prepend=0))
    starts, ends = flat[::2], flat[1::2]
    long = ends - starts >= LEAST_LENGTH
    change = np.zeros(line.size + 1, dtype=np.int8)
    change[starts[long]], change[ends[long]] = 1, -1
    return np.cumsum(change[:-1]).astype(bool).reshape(line.shape)[:, :-1]
