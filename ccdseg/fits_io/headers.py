"""Headers of a FITS file, checked before a library loops over or allocates what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ccdseg.errors import InputError

_BLOCK, _CARD = 2880, 80
_STARTS = (b"SIMPLE  =", b"XTENSION=")
_SIZE_KEY = re.compile(
    rb"(Z?NAXIS[0-9]*|Z?BITPIX|PCOUNT|GCOUNT|TFIELDS|Z(?:TILE|NAME|VAL)[0-9]+) *= *([^/]*)"
)
_MOST = {"NAXIS": 999, "ZNAXIS": 999, "TFIELDS": 999}
"""Largest numbers that the standard allows."""

_BITPIX = (8, 16, 32, 64, -32, -64)
_COMPRESSION = {"BLOCKSIZE": range(1, 1025), "BYTEPIX": (1, 2, 4, 8)}
"""Possible parameters of compression; others end the process in the C code that decompresses."""


class FileLayout(NamedTuple):
    """What the headers of a file say of it: number of HDUs, and whether the last is whole."""

    n_hdus: int
    is_whole: bool


def check_headers(stream: BinaryIO, path: Path) -> FileLayout:
    """Refuse a file whose headers hold impossible sizes.

    Parameters
    ----------
    stream : binary file
        Content of the file, not compressed, at its start; left somewhere else.
    path : Path
        Name of the file for messages.

    Returns
    -------
    FileLayout
        The last HDU is whole where the file holds all of its data and their padding.

    Raises
    ------
    InputError
        If a header is not complete, anything but zeros follows the last HDU, or a number of axes,
        of columns or of values is negative, beyond the standard, or no whole number. A file that
        does not begin as an HDU does is left to its reader.
    """
    index, start = 0, stream.tell()
    while (sizes := _read_sizes(stream)) is not None:
        for key, text in sizes.items():
            if not _is_possible(key, text):
                raise InputError(f"{path}, HDU {index}: {key} is {text or 'empty'}; it is damaged.")
        n_bytes = _data_bytes({key: int(text) for key, text in sizes.items()})
        start = stream.seek(-(-n_bytes // _BLOCK) * _BLOCK, 1)
        index += 1
    stream.seek(start)
    if index and stream.read(_BLOCK).strip(b"\0"):
        raise InputError(f"{path} is truncated: the header of its last HDU is not complete.")
    return FileLayout(index, stream.seek(0, 2) >= start)


def _read_sizes(stream: BinaryIO) -> dict[str, str] | None:
    """First values of the keywords of one header that tell sizes; None where no HDU begins."""
    sizes: dict[str, str] = {}
    for number, card in enumerate(_cards(stream)):
        if number == 0 and not card.startswith(_STARTS):
            return None
        match = _SIZE_KEY.match(card)
        if match:
            key, value = (part.decode("latin-1").strip() for part in match.groups())
            sizes.setdefault(key, value)
        if card.rstrip() == b"END":
            return _named(sizes)
    return None


def _named(sizes: dict[str, str]) -> dict[str, str]:
    """The same with parameters of compression (ZNAMEn, ZVALn) under their own names."""
    named = {key: text for key, text in sizes.items() if not key.startswith(("ZNAME", "ZVAL"))}
    for key, text in sizes.items():
        name = text.strip("' ")
        if key.startswith("ZNAME") and name in _COMPRESSION:
            named[name] = sizes.get(key.replace("ZNAME", "ZVAL"), "")
    return named


def _cards(stream: BinaryIO) -> Iterator[bytes]:
    while len(block := stream.read(_BLOCK)) == _BLOCK:
        for start in range(0, _BLOCK, _CARD):
            card = block[start : start + _CARD]
            yield card
            if card.rstrip() == b"END":
                return


def _is_possible(key: str, text: str) -> bool:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return False
    number = int(text)
    if key in ("BITPIX", "ZBITPIX"):
        return number in _BITPIX
    if key in _COMPRESSION:
        return number in _COMPRESSION[key]
    least = 1 if key.startswith("ZTILE") else 0
    return least <= number <= _MOST.get(key, number)


def _data_bytes(sizes: dict[str, int]) -> int:
    """Length of the data behind a header."""
    axes = [sizes.get(f"NAXIS{i}", 0) for i in range(1, sizes.get("NAXIS", 0) + 1)]
    if not axes:
        return 0
    if axes[0] == 0:  # random groups
        axes = axes[1:]
    n_values = sizes.get("GCOUNT", 1) * (sizes.get("PCOUNT", 0) + prod(axes))
    return abs(sizes.get("BITPIX", 8)) // 8 * n_values
