"""Index of a run: small pictures, the table of the run, links to pages and regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import numpy as np
from astropy.table import QTable
from bokeh.models import (
    CellFormatter,
    ColumnDataSource,
    DataTable,
    HTMLTemplateFormatter,
    NumberFormatter,
    StringFormatter,
    TableColumn,
)

from ccdseg.plotting.pages.event_view.event_columns import heading, plain_column
from ccdseg.plotting.pages.rendering import render

_LETTER = 7.5
"""Width of a letter (px)."""

_WIDEST = 320
"""Width of a column, at most (px)."""

_DIGITS = '<%= Number.isFinite(value) ? Number(value.toPrecision(5)) : "–" %>'

_LINK = '<% if (page) { %><a href="<%- page %>"><%- value %></a><% } else { %><%- value %><% } %>'


def index_page(table: QTable, links: Sequence[Mapping[str, str]], *, title: str = "") -> str:
    """Index of a run, HTML to lie beside the pages that it links to.

    Parameters
    ----------
    table : astropy.table.QTable
        One row per image, as the table of a run.
    links : sequence of mapping
        Of each row the ``name`` of the image, and the names of its ``page``, ``thumbnail`` and
        ``regions``, those that there are.
    title : str
        Heading.

    Returns
    -------
    str
        HTML.
    """
    cards = [_card(row, found) for row, found in zip(table, links, strict=True)]
    n_failed = sum(bool(card["error"]) for card in cards)
    failed = f", {n_failed} without results" if n_failed else ""
    return render(
        "index.html",
        [_run_table(table, cards)],
        title=title,
        script="index.mjs",
        models={},
        variables={"cards": cards, "subtitle": f"{len(cards)} images{failed}"},
    )


def _card(row: Mapping, found: Mapping[str, str]) -> dict[str, str]:
    """What is told of an image beside its small picture; names as addresses."""
    error = str(row["error"])
    return {
        "name": found.get("name") or str(row["path"]),
        "about": "" if error else f"{int(row['n_events']):,} events",
        "error": error,
        **{key: quote(found.get(key, "")) for key in ("page", "thumbnail", "regions")},
    }


def _run_table(table: QTable, cards: Sequence[Mapping[str, str]]) -> DataTable:
    """Sortable table of the run, the names of images linked to their pages."""
    data = {name: plain_column(table[name]) for name in table.colnames}
    columns = [
        TableColumn(
            field=name,
            title=heading(name, table),
            width=_width(heading(name, table), values),
            formatter=_formatter(values),
        )
        for name, values in data.items()
    ]
    link = HTMLTemplateFormatter(template=_LINK)
    first = TableColumn(field="image", title="image", formatter=link, width=_WIDEST)
    source = ColumnDataSource(
        {
            "image": [card["name"] for card in cards],
            "page": [card["page"] for card in cards],
            **{name: values.tolist() for name, values in data.items()},
        }
    )
    return DataTable(
        name="run",
        source=source,
        columns=[first, *columns],
        index_position=None,
        reorderable=False,
        row_height=24,
        autosize_mode="none",
        sizing_mode="stretch_both",
    )


def _width(title: str, values: np.ndarray) -> int:
    """Width of a column (px): that of its heading, or of its longest text."""
    longest = max((len(str(value)) for value in values), default=0)
    letters = max(len(title), longest if values.dtype.kind == "U" else 9)
    return min(round(_LETTER * letters) + 18, _WIDEST)


def _formatter(values: np.ndarray) -> CellFormatter:
    if values.dtype.kind == "U":
        return StringFormatter()
    if values.dtype.kind in "iu":
        return NumberFormatter(format="0,0", text_align="right")
    return HTMLTemplateFormatter(template=_DIGITS)  # of any magnitude
