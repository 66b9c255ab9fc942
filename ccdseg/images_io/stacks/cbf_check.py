"""A look at a CBF file before FabIO reads it, which searches a damaged one without end."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from pathlib import Path

_MARK = b"\x0c\x1a\x04\xd5"
"""Bytes in front of the binary section."""

_KEY = re.compile(rb"^(X-Binary-Size(?:-\w+-Dimension)?|Content-MD5):\s*(\S+)", re.MULTILINE)
_FAST, _SLOW = b"X-Binary-Size-Fastest-Dimension", b"X-Binary-Size-Second-Dimension"
_MOST = 2**31

_SECTION = b"--CIF-BINARY-FORMAT-SECTION--"
_HEADER = 8192
"""Bytes at the begin of the file within which FabIO looks for the section."""


def check_cbf(path: Path) -> None:
    """Refuse a CBF file that is cut or changed.

    Raises
    ------
    ValueError
        If it has no binary section, this is shorter than its header says or than its image, or its
        checksum is another.
    """
    content = (gzip.open if path.suffix.lower() == ".gz" else open)(path, "rb")
    with content as stream:
        header, mark, binary = stream.read().partition(_MARK)
    if not mark or _SECTION not in header[:_HEADER]:
        raise ValueError("it has no binary section")
    found = dict(_KEY.findall(header))
    try:
        n_bytes, fast, slow = (int(found[key]) for key in (b"X-Binary-Size", _FAST, _SLOW))
    except (KeyError, ValueError):
        raise ValueError("the header of its binary section tells no size") from None
    if not (0 < n_bytes <= len(binary) and 0 < fast * slow <= min(n_bytes, _MOST)):
        raise ValueError("truncated or damaged")
    checksum = base64.b64encode(hashlib.md5(binary[:n_bytes], usedforsecurity=False).digest())
    if found.get(b"Content-MD5", checksum) != checksum:
        raise ValueError("the checksum of its image is another: it is damaged")
