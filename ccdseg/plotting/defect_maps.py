"""Defects of a detector as a picture."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.calibration.defects import Defect, DefectMap
from ccdseg.classes import ClassCatalogue
from ccdseg.plotting.frame_views import show_frame

_SHOWN = {
    "none": (0.0, 0.0, 0.0),
    "glow": (0.1, 0.35, 0.1),
    "dark": (0.85, 0.25, 0.75),
    "hot": (0.0, 0.5, 1.0),
    "unstable": (1.0, 0.75, 0.1),
    "saturated": (1.0, 0.2, 0.2),
    "dead": (0.75, 0.75, 0.75),
}
"""Colours of defects; of several in a pixel, the last is shown."""


def show_defects(defects: DefectMap, *, title: str = "") -> Figure:
    """Show the signal that stays, and which pixels have which defect.

    Parameters
    ----------
    defects : DefectMap
        The defects.
    title : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    kinds = ClassCatalogue(_SHOWN)
    flags, shown = defects.image("flags"), np.zeros(defects.shape, dtype=np.uint8)
    for row in list(kinds)[1:]:
        shown[(flags & np.uint8(Defect[row.name.upper()])) != 0] = row.index
    figure = show_frame(defects.image("level"), shown, classes=kinds, title=title)
    for axes, text in zip(figure.axes, ("signal that stays", "defects"), strict=False):
        axes.set_title(text)
    return figure
