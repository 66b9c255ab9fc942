"""Colours of a page."""

from __future__ import annotations

from matplotlib.colors import to_hex

from ccdseg.classes import COLOUR_BLIND_SAFE, ClassCatalogue

CHOSEN = "#ffd400"
"""Colour of the chosen event."""

BAD_COLOUR = "#ff00ff"

BAD_PIXELS = "bad pixels"
"""Name of the layer of pixels that are not finite."""


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
