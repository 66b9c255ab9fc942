"""Headers of masks and of the planes beside them: those of their images, signed by the model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from astropy.io import fits

from ccdseg.classes import ClassCatalogue
from ccdseg.fits_io.dq_bits import DQ_KEYWORD
from ccdseg.fits_io.frame import Frame
from ccdseg.version import package_version

_NOT_CARRIED = ("BLANK", "BUNIT", "CHECKSUM", "DATASUM", "DATAMAX", "DATAMIN", "ZBLANK")


def without_pixels(header: fits.Header) -> fits.Header:
    """Header without what describes the input's pixels."""
    carried = header.copy(strip=True)
    for key in _NOT_CARRIED:
        carried.remove(key, ignore_missing=True, remove_all=True)
    return carried


def mask_header(frame: Frame) -> fits.Header:
    """Header of the frame for its mask, the WCS moved to the section."""
    carried = without_pixels(frame.header)
    if frame.section is not None:
        rows, columns = frame.section
        carried["SEGSEC"] = (frame.section_text, "section of the input that was segmented")
        for axis, start in ((1, columns.start), (2, rows.start)):
            carried.setdefault(f"LTV{axis}", 0.0)
            for key in [*carried[f"CRPIX{axis}*"], f"LTV{axis}"]:
                carried[key] = float(carried[key]) - start
    return carried


def sign_mask(header: fits.Header, classes: ClassCatalogue, model: str) -> None:
    """Note the model that made a mask, and the meaning of its values."""
    sign(header, model, what="mask")
    sign_classes(header, classes)
    header.add_history(f"Mask made by ccdseg {package_version()} with the model {ascii_of(model)}.")


def sign_classes(header: fits.Header, classes: ClassCatalogue) -> None:
    """Note the names of the classes: NCLASSES and CLASS0, CLASS1, …."""
    header["NCLASSES"] = (len(classes), "number of classes")
    for row in classes:
        header[f"CLASS{row.index}"] = (ascii_of(row.name), f"meaning of the value {row.index}")


def name_bits(header: fits.Header, bits: Mapping[str, int]) -> None:
    """Note the names of bits of data quality: DQBIT0, DQBIT1, …."""
    for name, value in bits.items():
        key = f"{DQ_KEYWORD}{value.bit_length() - 1}"
        header[key] = (ascii_of(name), f"meaning of the value {value}")


def sign(header: fits.Header, model: str, *, what: str) -> None:
    """Note model, version of ccdseg and date; `what` it is that they made, as ``mask``."""
    header["SEGMODEL"] = (ascii_of(model), f"model that made this {what}")
    header["SEGVERS"] = (package_version(), "version of ccdseg")
    header["SEGDATE"] = (
        datetime.now(UTC).isoformat(timespec="seconds"),
        f"date of the {what}, UTC",
    )


def ascii_of(text: str) -> str:
    """The text with σ spelled out, and escapes for what else a FITS header cannot hold."""
    return text.replace("σ", "sigma").encode("ascii", "backslashreplace").decode()
