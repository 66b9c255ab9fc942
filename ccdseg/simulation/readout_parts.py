"""Parts of the readout of a scene: transfers of its charge, and its amplifiers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ccdseg.simulation.event_list import EventList


class ChargeStep(NamedTuple):
    """Transfer of the charge of all pixels to the amplifier.

    Attributes
    ----------
    function : callable
        Maps charge (e⁻), (H, W) to (H, W).
    linear : bool
        Whether the parts of a sum may be mapped one by one. Otherwise the sum of all charge is
        mapped, and each class and event has its part in the change.
    moves : callable or None
        Maps an `EventList` as `function` maps their charge; None for a linear step that moves no
        charge from pixel to pixel.
    """

    function: Callable[[np.ndarray], np.ndarray]
    linear: bool
    moves: Callable[[EventList], EventList] | None = None


class AmplifierMaps(NamedTuple):
    """Differences of the amplifiers of a frame.

    Attributes
    ----------
    pedestal : ndarray
        Pedestal above that of the detector (ADU), float32 of the shape of the image.
    gain, noise : ndarray
        Gain and read noise over those of the detector, float32 of the same shape.
    """

    pedestal: np.ndarray
    gain: np.ndarray
    noise: np.ndarray
