"""Layers in which one image and its mask are shown and edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import QTable

from ccdseg.events.columns import unit_text
from ccdseg.fits_io import Frame
from ccdseg.normalization import sample_of
from ccdseg.normalization.amplifiers import choose_sections, level
from ccdseg.workflows.correction.mask_correction import MaskCorrection

if TYPE_CHECKING:
    from napari.layers import Image, Labels, Layer

_OPACITY = 0.5
_NOISE_GREY = 0.3
"""Grey (0 to 1) at which four standard deviations of the noise are shown."""

_SHOWN = ("id", "signal", "energy", "n_pixels", "particle")
"""Columns of an event that are told where the mouse is on it."""


@dataclass(frozen=True)
class ImageLayers:
    """Layers of one image, the lowest first.

    Attributes
    ----------
    title : str
        File and HDU.
    signal : Image
        Signal in the unit of the frame, amplifiers levelled.
    found : Labels
        Mask as it was found, its outlines; hidden at first.
    events : Labels or None
        Outlines of the events; None without any.
    mask : Labels
        Mask that is edited.
    """

    title: str
    signal: Image
    found: Labels
    events: Labels | None
    mask: Labels

    @property
    def all(self) -> list[Layer]:
        """The layers, the one that is edited on top."""
        layers = (self.signal, self.found, self.events, self.mask)
        return [layer for layer in layers if layer is not None]


def layers_of(
    image: MaskCorrection, colours: Mapping[int, tuple[float, float, float]]
) -> ImageLayers:
    """Layers of an image and its mask, painted in the colours of the mask's values."""
    from napari.layers import Image, Labels
    from napari.utils.colormaps import DirectLabelColormap

    frame = image.frame
    shades = {value: (*colour, 1.0) for value, colour in colours.items()}
    colormap = DirectLabelColormap(color_dict={**shades, 0: (0, 0, 0, 0), None: (1, 0, 1, 1)})
    signal, limits, gamma = displayed(frame)
    found = Labels(image.found, name="mask as found", colormap=colormap, opacity=1.0, visible=False)
    found.contour = 1
    found.editable = False
    mask = Labels(image.mask.copy(), name="mask", colormap=colormap, opacity=_OPACITY)
    mask.brush_size = 3
    return ImageLayers(
        title=f"{frame.path.name}, {frame.label}",
        signal=Image(
            signal,
            name=f"signal ({unit_text(frame.unit)})",
            colormap="gray",
            contrast_limits=limits,
            gamma=gamma,
            interpolation2d="nearest",
        ),
        found=found,
        events=_event_layer(image),
        mask=mask,
    )


def displayed(frame: Frame) -> tuple[np.ndarray, tuple[float, float], float]:
    """Signal of a frame with its amplifiers at one level, and how it is best shown in grey.

    Returns
    -------
    signal : ndarray
        Signal, float32 of shape (H, W); pixels that are not finite are shown as the lowest.
    limits : tuple of float
        Signal that is black, and signal that is white.
    gamma : float
        Exponent of the grey scale, so that noise and bright pixels can both be seen.
    """
    sections = choose_sections(frame.data, "auto")
    signal = level(frame.data, sections, equal_noise=False) if len(sections) > 1 else frame.data
    low, below, median, high = map(float, np.percentile(sample_of(signal), [0.5, 16, 50, 99.9]))
    noise = max(median - below, (high - low) * 1e-3, 1e-6)
    span = max(high - low, 10 * noise)
    gamma = np.log(_NOISE_GREY) / np.log((median - low + 4 * noise) / span) if span > 0 else 1.0
    shown = np.where(np.isfinite(signal), signal, np.float32(low))
    return shown, (low, low + span), float(np.clip(gamma, 0.2, 1.0))


def _event_layer(image: MaskCorrection) -> Labels | None:
    """Outlines of the events, which tell their numbers where the mouse is on them."""
    labels = image.source.labels
    if labels is None or image.events is None or not len(image.events):
        return None
    from napari.layers import Labels
    from napari.utils.colormaps import DirectLabelColormap

    white = DirectLabelColormap(color_dict={0: (0, 0, 0, 0), None: (1, 1, 1, 1)})
    layer = Labels(
        labels, name="events", colormap=white, opacity=0.7, features=_features(image.events)
    )
    layer.contour = 1
    layer.editable = False
    return layer


def _features(events: QTable) -> dict[str, np.ndarray]:
    """Columns of the events by name and unit, and the label that each row belongs to."""
    columns = {"index": np.asarray(events["id"]).astype(int)}
    for name in _SHOWN:
        if name in events.colnames:
            unit = events[name].unit
            columns[f"{name} ({unit_text(unit)})" if unit else name] = np.asarray(events[name])
    return columns
