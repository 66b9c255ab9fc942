"""Index of the pages of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.files import atomic_path
from ccdseg.workflows.segment.existing import page_of, regions_of, thumbnail_of

INDEX = "index.html"

_MARK = '<meta name="generator" content="ccdseg">'
"""What every page of this package holds among its first lines."""


def check_report(folder: Path, *, overwrite: bool) -> None:
    """Raise `InputError` where Bokeh is missing, or another file has the name of the index."""
    from ccdseg.plotting import pages

    pages.check_bokeh()
    path = folder / INDEX
    if overwrite or not path.exists():
        return
    with path.open("rb") as stream:
        if _MARK.encode() not in stream.read(2000):
            raise InputError(
                f"{path} is no index of a run; choose another --output, or pass --overwrite to "
                "replace it."
            )


def write_index(folder: Path, table: QTable, summaries: Mapping[Path, dict]) -> Path:
    """Write the index of a run, in the place of that of an earlier one.

    Parameters
    ----------
    folder : Path
        Folder of the results.
    table : astropy.table.QTable
        As from `ccdseg.workflows.segment.run_table.build_table`.
    summaries : mapping of Path to dict
        Content of the summaries of files with results.

    Returns
    -------
    Path
        The index.
    """
    from ccdseg.plotting import pages

    files = {
        (str(path), image["hdu"]): _links(summary, image)
        for path, summary in summaries.items()
        for image in summary["hdus"]
    }
    links = [files.get((str(row["path"]), str(row["hdu"])), {}) for row in table]
    page = pages.index_page(table, links, title=f"Results in {folder.resolve().name}")
    with atomic_path(folder / INDEX) as temporary:
        temporary.write_text(page, encoding="utf-8")
    return folder / INDEX


def _links(summary: dict, image: dict) -> dict[str, str]:
    """Names of the files of an image that the index links to, those that there are."""
    prefix = image.get("prefix", "")
    names = {
        "name": prefix,
        "page": page_of(prefix),
        "thumbnail": thumbnail_of(prefix),
        "regions": regions_of(prefix),
    }
    return {key: name for key, name in names.items() if key == "name" or name in summary["results"]}
