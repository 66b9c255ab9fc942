"""The keywords that say which model a file comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from astropy.io import fits

from ccdseg.classes import ClassCatalogue
from ccdseg.version import __version__


class Signatory(Protocol):
    """What signs a mask: anything with a name and classes, a `ccdseg.Segmenter` above all."""

    name: str
    classes: ClassCatalogue


def sign(header: fits.Header, model: str, *, what: str) -> None:
    """Note model, version of ccdseg and date; `what` it is that they made, as ``mask``."""
    header["SEGMODEL"] = (ascii_of(model), f"model that made this {what}")
    header["SEGVERS"] = (__version__, "version of ccdseg")
    header["SEGDATE"] = (
        datetime.now(UTC).isoformat(timespec="seconds"),
        f"date of the {what}, UTC",
    )


def ascii_of(text: str) -> str:
    """The text with escapes for what a FITS header cannot hold."""
    return text.encode("ascii", "backslashreplace").decode()
