"""Bits of data-quality maps: their names, and which of them make a pixel bad."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from astropy.io import fits

from ccdseg.errors import InputError

ALL_BITS = "all"
NO_BITS = "none"

BitChoice = str | int
"""``"all"``, ``"none"``, a sum of bits, or text as ``"4,8"``, ``"HOT,DEAD"`` or ``"~16"``."""

DQ_KEYWORD = "DQBIT"
"""Keyword, with the number of the bit behind it, whose value is the name of a bit."""

_NAMED = re.compile(rf"{DQ_KEYWORD}(\d+)")
_LSST = re.compile(r"MP_(\w+)")


def check_bits(choice: BitChoice) -> None:
    """Raise `InputError` for a choice of bits that no map can have."""
    text = str(choice).strip()
    if text.lower() in (ALL_BITS, NO_BITS):
        return
    if not re.fullmatch(r"~?\(?\s*\w+(\s*[,+|]\s*\w+)*\s*\)?", text):
        raise InputError(
            f"The bits {text!r} are malformed; give {ALL_BITS}, {NO_BITS}, numbers as 4,8 or ~16, "
            "or names as HOT,DEAD."
        )


def parse_bits(choice: BitChoice, names: Mapping[str, int]) -> int:
    """Sum of the bits that make a pixel bad.

    Parameters
    ----------
    choice : str or int
        The bits, as `BitChoice`.
    names : mapping of str to int
        Values of the bits by their names.

    Returns
    -------
    int
        −1 for all bits.

    Raises
    ------
    InputError
        If the text is malformed, a number is no sum of bits, or a name is not known.
    """
    check_bits(choice)
    text = str(choice).strip()
    if text.lower() in (ALL_BITS, NO_BITS):
        return -1 if text.lower() == ALL_BITS else 0
    from astropy.nddata.bitmask import extend_bit_flag_map, interpret_bit_flags

    try:
        known = extend_bit_flag_map("Bits", **names)
        return int(interpret_bit_flags(text, flag_name_map=known))
    except (AttributeError, KeyError):
        listed = ", ".join(f"{name} ({value})" for name, value in names.items())
        raise InputError(
            f"The bits {text!r} hold an unknown name; "
            + (f"the map knows {listed}." if listed else "the map names none, so give numbers.")
        ) from None
    except (ValueError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"The bits {text!r} cannot be used: {reason}") from None


def names_of(header: fits.Header, table: fits.FITS_rec | None = None) -> dict[str, int]:
    """Values of the bits of a map by their names.

    They come from the keywords ``DQBITn`` of ccdseg, ``MP_NAME = n`` of the LSST pipelines, or a
    table with the columns NAME and VALUE, as DQ_DEF of the JWST.
    """
    names = {}
    for key, value in header.items():
        if match := _NAMED.fullmatch(key):
            names[str(value)] = 2 ** int(match[1])
        elif (match := _LSST.fullmatch(key)) and isinstance(value, int) and 0 <= value < 63:
            names[match[1]] = 2**value
    columns = () if table is None else {name.upper() for name in table.names}
    if {"NAME", "VALUE"} <= set(columns):
        names |= {
            str(name).strip(): int(value)
            for name, value in zip(table["NAME"], table["VALUE"], strict=True)
        }
    return {name: value for name, value in names.items() if name.isidentifier() and name[0] != "_"}


def bad_pixels_of(quality: np.ndarray, bits: int) -> np.ndarray:
    """Pixels of which one of the bits is set.

    Parameters
    ----------
    quality : ndarray
        Data-quality map of shape (H, W): whole numbers, also as floats, where NaN is bad.
    bits : int
        Sum of bits, −1 for all.

    Returns
    -------
    ndarray of bool
        (H, W).
    """
    if quality.dtype.kind == "f":
        quality = np.where(np.isfinite(quality), quality, -1)
    return (quality.astype(np.int64) & bits) != 0
