"""All about the events of a page: their data, table, cut-outs and spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bokeh.model import Model
from bokeh.models import CDSView, ColumnDataSource, IndexFilter

from ccdseg.plotting.contrast import Contrast
from ccdseg.plotting.pages.colours import LEVELS, colour_maps, signal_text
from ccdseg.plotting.pages.event_view.cutouts import Cutouts
from ccdseg.plotting.pages.event_view.event_columns import (
    column_arrays,
    heading,
    particle_of,
    probability_columns,
    told_columns,
)
from ccdseg.plotting.pages.event_view.event_panels import (
    draw_panels,
    draw_probabilities,
    mask_palette,
)
from ccdseg.plotting.pages.event_view.event_table import draw_table
from ccdseg.plotting.pages.event_view.outlines import find_outlines
from ccdseg.plotting.pages.event_view.spectrum_figure import draw_spectrum
from ccdseg.plotting.pages.shown_frame import ShownFrame


@dataclass(frozen=True, eq=False)
class EventParts:
    """Models of the events of a page.

    Attributes
    ----------
    source : ColumnDataSource
        Events.
    view : CDSView
        Those that are shown.
    roots : list of Model
        Models that the template places.
    joined : dict of str to object
        What the script joins.
    variables : dict of str to object
        What the template is given.
    notes : list of str
        What the page leaves out.
    """

    source: ColumnDataSource
    view: CDSView
    roots: list[Model]
    joined: dict[str, object]
    variables: dict[str, object]
    notes: list[str]


def draw_event_parts(frame: ShownFrame, *, contrast: Contrast) -> EventParts:
    """Models of the events of a frame that has a table of them; `contrast` is its grey scale."""
    events = frame.events
    arrays = column_arrays(events)
    quantity = "energy" if "energy" in arrays else "signal"
    verdicts = probability_columns(events)
    cutouts = Cutouts.of(
        frame.image, frame.mask, events=events, labels=frame.labels, origin=frame.origin
    )
    outlines = find_outlines(frame.labels, events=events, origin=frame.origin)
    source = ColumnDataSource(
        {
            **{name: _listed(values) for name, values in arrays.items()},
            **{f"cutout_{name}": values for name, values in cutouts.places.items()},
            "outline_columns": [columns for columns, _ in outlines],
            "outline_rows": [rows for _, rows in outlines],
        }
    )
    shown = IndexFilter(list(range(len(events))))
    view = CDSView(filter=shown)
    table = draw_table(source, view, events=events)
    panels = draw_panels(frame, signal=signal_text(contrast))
    bars, probabilities = draw_probabilities([particle_of(name) for name in verdicts])
    spectrum = draw_spectrum(arrays[quantity], name=heading(quantity, events))
    maps = colour_maps(frame.classes)
    joined = {
        "events": source,
        "shown": shown,
        "table": table,
        "atlas": ColumnDataSource({"levels": cutouts.levels, "classes": cutouts.classes}),
        "cutout": panels.image,
        "cutout_mask": panels.mask,
        "pixels": panels.pixels,
        "grey": panels.grey,
        "scale": {"black": contrast.black, "knee": contrast.knee, "levels": LEVELS},
        "own_colours": panels.colours,
        "palettes": {kind: mask_palette(colours) for kind, colours in maps.items()},
        "bars": probabilities,
        "probabilities": verdicts,
        "told": list(told_columns(events)),
        "spectrum": spectrum.plot,
        "chosen_line": spectrum.chosen,
        "selected_range": spectrum.selected,
        "quantity": quantity,
        "first": int(np.nan_to_num(arrays["signal"]).argmax()) if len(events) else None,
        "particles": frame.classes.need_particles().name,
    }
    roots = [table, panels.image, panels.mask, spectrum.plot, *([bars] if verdicts else [])]
    variables = {
        "verdicts": verdicts,
        "quantity_unit": heading(quantity, events).partition("(")[2].rstrip(")"),
    }
    return EventParts(source, view, roots, joined, variables, _notes(cutouts, len(events)))


def _notes(cutouts: Cutouts, n_events: int) -> list[str]:
    """What the cut-outs are, and which events have none."""
    notes = ["Cut-outs have full resolution."] if n_events else []
    blocks = cutouts.places["block"]
    if (blocks > 1).any():
        longer = int(np.count_nonzero(blocks > 1))
        notes = [f"Cut-outs have full resolution, but those of the {longer} longest events."]
    if cutouts.n_events < n_events:
        notes.append(f"The {cutouts.n_events:,} brightest of {n_events:,} events have a cut-out.")
    return notes


def _listed(values: np.ndarray) -> np.ndarray | list[str]:
    """Texts as a list: Bokeh packs only numbers."""
    return values.tolist() if values.dtype.kind == "U" else values
