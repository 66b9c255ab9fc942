"""Amplifiers in the header of a frame that was put together from their sections."""

from __future__ import annotations

from collections.abc import Sequence

from astropy.io import fits

from ccdseg.detector.amplifier import Amplifier
from ccdseg.errors import InputError

_MOST = 99
_FIELDS = {
    "AMPNAM": ("name", "name of amplifier {}"),
    "AMPSEC": ("section", "section that amplifier {} reads"),
    "AMPGAI": ("gain", "gain of amplifier {}, BUNIT per electron"),
    "AMPNOI": ("read_noise", "read noise of amplifier {}, BUNIT"),
    "AMPDIR": ("readout", "corner that amplifier {} reads first"),
}
"""Keywords, each followed by the number of the amplifier, with field and comment."""


def write_amplifiers(header: fits.Header, amplifiers: Sequence[Amplifier]) -> None:
    """Write what is known of amplifiers, numbered from 1, into a header."""
    for number, amplifier in enumerate(amplifiers[:_MOST], start=1):
        for key, (field, comment) in _FIELDS.items():
            value = getattr(amplifier, field)
            if value not in (None, ""):
                header[f"{key}{number}"] = (value, comment.format(number))


def read_amplifiers(header: fits.Header) -> tuple[Amplifier, ...]:
    """Amplifiers in a header; empty where there are none, or where they are damaged."""
    found = []
    for number in range(1, _MOST + 1):
        if f"AMPSEC{number}" not in header:
            break
        known = {field: header.get(f"{key}{number}") for key, (field, _) in _FIELDS.items()}
        try:
            found.append(Amplifier(**{**known, "name": str(known["name"] or number)}))
        except InputError:
            return ()
    return tuple(found)
