"""Format of a file of tables: how it is written and read, and what that needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ccdseg.workflows.segment.run_tables.tables import RunTables


@dataclass(frozen=True)
class TableFormat:
    """A format of a file of tables.

    Attributes
    ----------
    write : callable
        Writes `RunTables` to a path.
    read : callable
        Reads them.
    read_names : callable
        Reads the names of the columns of the main table.
    package, extra : str
        Package that it needs, and the extra of ccdseg that installs that; empty for none.
    """

    write: Callable[[Path, RunTables], None]
    read: Callable[[Path], RunTables]
    read_names: Callable[[Path], list[str]]
    package: str = ""
    extra: str = ""
