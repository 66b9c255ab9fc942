"""Colours of a page, and its grey scale: signals as whole levels, levels as texts of signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.colors import to_hex

from ccdseg.classes import COLOUR_BLIND_SAFE, ClassCatalogue
from ccdseg.plotting.contrast import Contrast

if TYPE_CHECKING:
    from bokeh.models import CustomJSTickFormatter

CHOSEN = "#ffd400"
"""Colour of the chosen event."""

BAD_COLOUR = "#ff00ff"

BAD_PIXELS = "bad pixels"
"""Name of the layer of pixels that are not finite."""


LEVELS = 64
"""Levels of signals per unit of the grey scale, 16 per standard deviation of the noise."""


def hexadecimal(colour: tuple[float, float, float]) -> str:
    """A colour, its parts from 0 to 1, as ``#rrggbb``."""
    return to_hex(colour)


def colour_maps(classes: ClassCatalogue) -> dict[str, dict[str, str]]:
    """The colour of each class by its name, ``usual`` and ``safe`` for the colour-blind."""
    maps = {"usual": classes, "safe": classes.recoloured(COLOUR_BLIND_SAFE)}
    return {
        key: {row.name: hexadecimal(row.colour) for row in catalogue}
        for key, catalogue in maps.items()
    }


def signal_text(contrast: Contrast) -> CustomJSTickFormatter:
    """Signal of a level, as text."""
    from bokeh.models import CustomJSTickFormatter

    return CustomJSTickFormatter(
        code=f"const signal = {contrast.black!r} + {contrast.knee!r} * Math.sinh(tick / {LEVELS});"
        "return Math.abs(signal) >= 99.5 ? signal.toFixed(0) : `${Number(signal.toPrecision(3))}`;"
    )
