"""The keywords that say which model a file comes from."""

from __future__ import annotations

from datetime import UTC, datetime

from astropy.io import fits

from ccdseg.version import __version__


def sign(header: fits.Header, model: str, *, what: str) -> None:
    """Note model, version of ccdseg and date; `what` it is that they made, as ``mask``."""
    header["SEGMODEL"] = (ascii_of(model), f"model that made this {what}")
    header["SEGVERS"] = (__version__, "version of ccdseg")
    header["SEGDATE"] = (
        datetime.now(UTC).isoformat(timespec="seconds"),
        f"date of the {what}, UTC",
    )


def ascii_of(text: str) -> str:
    """The text with σ spelled out, and escapes for what else a FITS header cannot hold."""
    return text.replace("σ", "sigma").encode("ascii", "backslashreplace").decode()
