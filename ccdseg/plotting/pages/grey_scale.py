"""Grey scale of a page: signals as whole levels, and levels as texts of signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccdseg.plotting.contrast import Contrast

if TYPE_CHECKING:
    from bokeh.models import CustomJSTickFormatter

LEVELS = 64
"""Levels per unit of the scale, 16 per standard deviation of the noise."""


def signal_text(contrast: Contrast) -> CustomJSTickFormatter:
    """Signal of a level, as text."""
    from bokeh.models import CustomJSTickFormatter

    return CustomJSTickFormatter(
        code=f"const signal = {contrast.black!r} + {contrast.knee!r} * Math.sinh(tick / {LEVELS});"
        "return Math.abs(signal) >= 99.5 ? signal.toFixed(0) : `${Number(signal.toPrecision(3))}`;"
    )
