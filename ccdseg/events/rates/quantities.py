"""Numbers with units in expressions, as ``10 keV``, taken out of the text."""

from __future__ import annotations

import keyword
import re

from astropy import units as u

from ccdseg.errors import InputError

_TOKEN = re.compile(
    r"(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?<![\w.])(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*"
    r"(?P<unit>[A-Za-zµμ%°]\w*(?:\*\*-?\d+)?(?:[/*][A-Za-zµμ]\w*(?:\*\*-?\d+)?)*)"
)

_OWN_UNITS = {"px": u.pix, "ADU": u.adu, "e": u.electron, "electrons": u.electron, "days": u.day}
"""Names of units that astropy does not know, beside those that it does."""


def take_out(expression: str) -> tuple[str, dict[str, u.Quantity]]:
    """The expression with a name in the place of each number with a unit, and their values.

    Raises
    ------
    InputError
        If there is no such unit.
    """
    values: dict[str, u.Quantity] = {}

    def named(match: re.Match) -> str:
        if match["text"] is not None or keyword.iskeyword(match["unit"]):
            return match[0]
        unit, rest = _parse(match["unit"])
        name = f"_quantity_{len(values)}"
        values[name] = float(match["number"]) * unit
        return f" {name} {rest}"

    return _TOKEN.sub(named, expression), values


def _parse(text: str) -> tuple[u.UnitBase, str]:
    """Unit of the whole text, or else of its first name, and what is left of the text."""
    first = re.match(r"\w+|.", text)[0]
    reason = ""
    with u.add_enabled_aliases(_OWN_UNITS):
        for candidate in (text, first):
            try:
                return u.Unit(candidate), text[len(candidate) :]
            except ValueError as error:
                reason = " ".join(str(error).split())
    hint = re.search(r"Did you mean ([^?]*)\?", reason)
    near = (
        f"; did you mean {hint[1]}?" if hint else "; give one as keV, eV, px, s, deg or electron."
    )
    raise InputError(f"{first!r} is no unit{near}")
