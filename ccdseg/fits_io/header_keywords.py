"""Keywords of a header that tell unit, gain, read noise, saturation and exposure."""

from __future__ import annotations

import math
import re
from datetime import datetime

from astropy import units as u
from astropy.io import fits

_GAIN = ("EGAIN", "GAIN", "GTGAIN", "ATODGN", "ESO DET OUT1 CONAD")
_READ_NOISE = (
    *("RDNOISE", "READNOIS", "READNOISE", "RON", "ENOISE"),
    *("GTRON", "READNSE", "ESO DET OUT1 RON"),
)
"""Of most telescopes; GTGAIN11 and GTRON11 of those of NOAO, ATODGNA and READNSEA of Hubble, and of
ESO, in e⁻/ADU and e⁻."""

_SATURATION = ("SATURATE", "SATLEVEL", "SATURAT")
_EXPOSURE = ("EXPTIME", "EXPOSURE", "ITIME", "ELAPTIME")
_READOUT_TIME = ("READOUT_SEC",)  # of DAMIC-M

_START = ("DATE-OBS", "DATE-BEG", "DATEINI")

_UNIT = re.compile(
    r"(?P<adu>adus?|dn|counts?|ct|cts)?(?P<electron>electrons?|e-?|e⁻)?"
    r"(?P<rate>\s*(?:/|per)\s*s(?:ec(?:onds?)?)?|\s*s(?:\*\*|\^)?\(?-1\)?)?",
    re.IGNORECASE,
)
_ADU_PER_ELECTRON = re.compile(r"(?:adu|dn|counts?)\s*(?:/|per)\s*e", re.IGNORECASE)
_ADU = re.compile(r"\b(?:adu|dn|counts?)\b", re.IGNORECASE)

_GAINS = (1e-4, 1e4)  # ADU/e⁻, from old electronics to the preamplifiers of skippers
_NOISES = (1e-3, 1e4)  # e⁻

_WHOLE = {"8": 255.0, "16": 65535.0}
"""Highest value of converters by BITPIX; images of wider numbers are sums or averages."""

_SIGNED = 32767.0


class Keywords:
    """Looks up keywords in two headers, and notes which are believed and which are not.

    Parameters
    ----------
    header, primary : astropy.io.fits.Header
        Header of the image, and that of the file, for what the first one lacks.
    amplifier : str
        Name of an amplifier whose own keywords (GAINA of amplifier A) go before the others.

    Attributes
    ----------
    used, ignored : dict
        Keywords that were believed, with their values, and that were not, with the reason.
    """

    def __init__(self, header: fits.Header, primary: fits.Header, amplifier: str) -> None:
        self._headers = (header, primary)
        self._suffixes = [amplifier, ""] if amplifier else [""]
        self.used: dict[str, object] = {}
        self.ignored: dict[str, str] = {}

    def _card(self, names: tuple[str, ...]) -> tuple[str, object, str] | None:
        own = [f"{name}{suffix}" for suffix in self._suffixes for name in names]
        for header in self._headers:
            for name in own:
                if name in header and not isinstance(header[name], fits.card.Undefined):
                    return name, header[name], header.comments[name]
        return None

    def _number(
        self, names: tuple[str, ...], *, least: float, most: float = math.inf
    ) -> float | None:
        """A number within limits, the lower one included."""
        card = self._card(names)
        if card is None:
            return None
        name, value, _ = card
        number = _to_number(value)
        if not least <= number <= most or math.isinf(number):
            self.ignored[name] = f"{value!r} is not plausible"
            return None
        self.used[name] = number
        return number

    def exposure(self) -> float | None:
        """Exposure (s)."""
        return self._number(_EXPOSURE, least=0)

    def readout_time(self) -> float | None:
        """Time that reading the image took (s)."""
        return self._number(_READOUT_TIME, least=0)

    def unit(self, exposure: float | None) -> u.UnitBase:
        """Unit of the pixels, ADU where none is told; rates need an exposure (s)."""
        card = self._card(("BUNIT",))
        if card is None or not str(card[1]).strip():
            return u.adu
        text = str(card[1]).strip()
        match = _UNIT.fullmatch(text)
        if match is None or bool(match["adu"]) == bool(match["electron"]):
            self.ignored["BUNIT"] = f"{text!r} is neither ADU nor electrons; taken as ADU"
            return u.adu
        unit = u.electron if match["electron"] else u.adu
        if match["rate"] and not exposure:
            self.ignored["BUNIT"] = f"{text!r} needs an exposure, which is not known; taken as ADU"
            return u.adu
        self.used["BUNIT"] = text
        return unit / u.s if match["rate"] else unit

    def gain(self) -> float | None:
        """Gain (ADU/e⁻); the keyword holds e⁻/ADU unless its comment says otherwise."""
        card = self._card(_GAIN)
        if card is None:
            return None
        name, value, comment = card
        number = _to_number(value)
        inverted = not _ADU_PER_ELECTRON.search(comment)
        gain = 1 / number if inverted and number else number
        if not _GAINS[0] <= gain <= _GAINS[1]:
            self.ignored[name] = f"{value!r} is not plausible"
            return None
        self.used[name] = f"{number:g} {'e-/ADU' if inverted else 'ADU/e-'}"
        return gain

    def read_noise(self, gain: float | None) -> float | None:
        """Read noise (e⁻), by the gain (ADU/e⁻) where the comment says that it is in ADU."""
        card = self._card(_READ_NOISE)
        number = self._number(_READ_NOISE, least=_NOISES[0], most=_NOISES[1])
        if number is None or not _ADU.search(card[2]):
            return number
        return None if gain is None else number / gain

    def saturation(self) -> float:
        """SATURATE, or else the highest value of the converter that the type of numbers shows."""
        told = self._number(_SATURATION, least=1)
        if told is not None:
            return told
        header = self._headers[0]
        if header.get("BSCALE", 1) != 1:
            return math.inf
        highest = _WHOLE.get(str(header.get("BITPIX")), math.inf)
        signed = highest == _WHOLE["16"] and header.get("BZERO", 0) == 0
        return _SIGNED if signed else highest

    def start(self) -> str | None:
        """Begin of the exposure, ISO 8601."""
        card = self._card(_START)
        if card is None:
            return None
        try:
            datetime.fromisoformat(str(card[1]))
        except ValueError:
            self.ignored[card[0]] = f"{card[1]!r} is no date"
            return None
        self.used[card[0]] = str(card[1])
        return str(card[1])


def _to_number(value: object) -> float:
    """A number, also where it is written as text; NaN of what is none."""
    if isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
