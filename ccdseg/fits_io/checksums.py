"""Checksums of an HDU that is written strip by strip (FITS standard 4.0, section 4.4.2.7)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from astropy.io import fits

_MODULUS = 2**32 - 1
_FIRST = ord("0")
_NO_LETTERS = (*range(ord(":"), ord("@") + 1), *range(ord("["), ord("`") + 1))
"""Codes between digits and letters, which the text of a checksum avoids."""


def sign_checksums(header: fits.Header, data: Iterable[np.ndarray]) -> None:
    """Set DATASUM and CHECKSUM of a header.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Header as it is written, but for these two cards.
    data : iterable of ndarray
        The values behind it, part by part, in the order of bytes of FITS.
    """
    total, left = 0, b""
    for part in data:
        content = left + part.tobytes()
        whole = len(content) - len(content) % 4
        total += _sum_of_words(content[:whole])
        left = content[whole:]
    total = (total + _sum_of_words(left.ljust(-len(left) % 4 + len(left), b"\0"))) % _MODULUS
    header["DATASUM"] = (str(total), "checksum of the data")
    header["CHECKSUM"] = ("0" * 16, "checksum of the HDU")
    header_sum = _sum_of_words(header.tostring().encode("ascii"))
    header["CHECKSUM"] = _encoded(_MODULUS - (total + header_sum) % _MODULUS)


def _sum_of_words(content: bytes) -> int:
    """Sum of the words of four bytes in the ones' complement."""
    return int(np.frombuffer(content, ">u4").sum(dtype=np.uint64)) % _MODULUS


def _encoded(value: int) -> str:
    """Sixteen digits and letters that add up to a sum of 32 bits."""
    columns = []
    for byte in value.to_bytes(4, "big"):
        quarter, rest = divmod(byte, 4)
        codes = [_FIRST + quarter + rest, *[_FIRST + quarter] * 3]
        while any(code in _NO_LETTERS for code in codes):
            for first in (0, 2):
                if set(codes[first : first + 2]) & set(_NO_LETTERS):
                    codes[first] += 1
                    codes[first + 1] -= 1
        columns.append(codes)
    text = "".join(chr(codes[place]) for place in range(4) for codes in columns)
    return text[-1] + text[:-1]
