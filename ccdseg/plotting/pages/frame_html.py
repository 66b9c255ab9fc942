"""Page of a frame: picture, layers, events with their cut-outs, spectrum, summary."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.events.columns import unit_text
from ccdseg.plotting.pages.colours import BAD_COLOUR, BAD_PIXELS, colour_maps
from ccdseg.plotting.pages.event_view.event_parts import EventParts, draw_event_parts
from ccdseg.plotting.pages.frame_figure import FrameFigure, draw_frame
from ccdseg.plotting.pages.rendering import render
from ccdseg.plotting.pages.scaled_picture import ScaledPicture
from ccdseg.plotting.pages.shown_frame import ShownFrame
from ccdseg.plotting.style import as_percent


def frame_page(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    events: QTable | None = None,
    labels: np.ndarray | None = None,
    statistics: Mapping[str, Mapping[str, float]] | None = None,
    classes: ClassCatalogue = CLASSES,
    unit: u.UnitBase = u.adu,
    origin: tuple[int, int] = (0, 0),
    top_first: bool = False,
    title: str = "",
    subtitle: str = "",
    facts: Mapping[str, Mapping[str, str]] | None = None,
    picture: ScaledPicture | None = None,
) -> str:
    """Page of a frame, HTML that opens offline in any browser.

    Parameters
    ----------
    image, mask, events, labels, classes, unit, origin, top_first
        As `ccdseg.plotting.pages.ShownFrame`.
    statistics : mapping of str to mapping, optional
        ``percent``, ``pixels`` and ``components`` of each class by its name.
    title, subtitle : str
        Headings.
    facts : mapping of str to mapping of str to str, optional
        Further facts as names and values, by headings.
    picture : ScaledPicture, optional
        Picture of the frame, where there is one already.

    Returns
    -------
    str
        HTML, below 15 MB.
    """
    statistics = statistics or {}
    shown = ShownFrame(image, mask, events, labels, classes, unit, origin, top_first)
    shown, left_out = shown.with_brightest()
    picture = picture or ScaledPicture.of(image, mask, classes=classes)
    parts = None if events is None else draw_event_parts(shown, contrast=picture.contrast)
    figure = draw_frame(shown, picture, events=parts and parts.source, view=parts and parts.view)
    notes = [_about(picture), *([left_out] if left_out else []), *(parts.notes if parts else [])]
    variables = {
        "subtitle": subtitle,
        "unit": unit_text(unit),
        "layers": _layers(figure, statistics, classes, bad=_bad_share(picture)),
        "statistics": [
            {"name": name, **row, "share": as_percent(row["percent"] / 100)}
            for name, row in statistics.items()
        ],
        "facts": facts or {},
        "notes": notes,
        "has_events": parts is not None,
        **(parts.variables if parts else {}),
    }
    return render(
        "frame.html",
        [figure.plot, figure.slider, *(parts.roots if parts else [])],
        title=title,
        script="frame.mjs",
        models=_joined(figure, parts, classes),
        variables=variables,
    )


def _joined(figure: FrameFigure, parts: EventParts | None, classes: ClassCatalogue) -> dict:
    """What the script joins."""
    return {
        "plot": figure.plot,
        "layers": figure.layers,
        "marks": figure.events,
        "picture": figure.picture,
        "images": [figure.picture, *(layer.data_source for layer in figure.layers.values())],
        "signal": figure.slider.format,
        "colours": colour_maps(classes),
        **(parts.joined if parts else {}),
    }


def _layers(
    figure: FrameFigure,
    statistics: Mapping[str, Mapping[str, float]],
    classes: ClassCatalogue,
    *,
    bad: str,
) -> list[dict[str, str]]:
    """Name, colour and share of each layer."""
    colours = {**colour_maps(classes)["usual"], BAD_PIXELS: BAD_COLOUR}
    shares = {name: as_percent(row["percent"] / 100) for name, row in statistics.items()}
    shares[BAD_PIXELS] = bad
    return [
        {"name": name, "colour": colours[name], "share": shares.get(name, "")}
        for name in figure.layers
    ]


def _bad_share(picture: ScaledPicture) -> str:
    return as_percent(float(picture.bad.mean()))


def _about(picture: ScaledPicture) -> str:
    """What a pixel of the picture is."""
    if picture.block == 1:
        return "The picture has full resolution."
    size = f"{picture.block}×{picture.block}"
    return f"Each pixel of the picture is the brightest of {size} pixels of the frame."
