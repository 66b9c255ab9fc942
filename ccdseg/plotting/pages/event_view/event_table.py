"""Table of the events of a page."""

from __future__ import annotations

from astropy.table import QTable
from bokeh.models import (
    CDSView,
    ColumnDataSource,
    DataTable,
    NumberFormatter,
    StringFormatter,
    TableColumn,
)

from ccdseg.plotting.pages.event_view.event_columns import heading, shown_columns

_FORMATS = {
    "probability": "0.0 %",
    "energy": "0.000",
    "signal": "0.0",
    "length": "0.0",
    "depth": "0",
    "row": "0.0",
    "column": "0.0",
}
"""Formats of numbers that are no whole ones."""

_WIDTHS = {"id": 48, "particle": 78, "probability": 56, "n_pixels": 62, "row": 66, "flags": 130}
"""Widths (px) of columns that need more or less than others."""

_WIDTH = 88


def draw_table(source: ColumnDataSource, view: CDSView, *, events: QTable) -> DataTable:
    """Sortable table of events; a chosen row is the chosen event.

    Parameters
    ----------
    source : ColumnDataSource
        Columns of `ccdseg.plotting.pages.event_view.event_columns.column_arrays`.
    view : CDSView
        Events that are shown.
    events : astropy.table.QTable
        Events, for names and units.
    """
    columns = [
        TableColumn(
            field=name,
            title=_title(name, events),
            formatter=_formatter(name),
            width=_WIDTHS.get(name, _WIDTH),
        )
        for name in shown_columns(source.data)
    ]
    return DataTable(
        name="table",
        source=source,
        view=view,
        columns=columns,
        index_position=None,
        reorderable=False,
        row_height=24,
        autosize_mode="none",
        sizing_mode="stretch_both",
    )


def _title(name: str, events: QTable) -> str:
    special = {"particle": "verdict", "probability": "prob.", "id": "event", "n_pixels": "pixels"}
    return special.get(name) or heading(name, events)


def _formatter(name: str) -> NumberFormatter | StringFormatter:
    if name in ("particle", "flags"):
        return StringFormatter()
    return NumberFormatter(format=_FORMATS.get(name, "0"), nan_format="–", text_align="right")
