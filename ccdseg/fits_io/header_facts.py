"""What a FITS header tells of the detector: unit, gain, read noise, saturation, exposure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from astropy import units as u
from astropy.io import fits

from ccdseg.amplifier import Amplifier
from ccdseg.detector import Detector

HEADER = "header"
"""Name of a detector whose gain is that of a header."""

_GAIN = ("EGAIN", "GAIN")
_READ_NOISE = ("RDNOISE", "READNOIS", "READNOISE", "RON", "ENOISE")
_SATURATION = ("SATURATE", "SATLEVEL", "SATURAT")
_EXPOSURE = ("EXPTIME", "EXPOSURE", "ITIME", "ELAPTIME")
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


@dataclass(frozen=True)
class HeaderFacts:
    """What is known of a frame by its header, where it is there and plausible.

    Attributes
    ----------
    unit : astropy.units.UnitBase
        Unit of the pixels: ADU or electrons, or one of these per second.
    gain : float or None
        Gain in that unit per electron: that of the header in ADU/e⁻, 1 of electrons, and over the
        exposure (s) where the pixels are rates.
    read_noise : float or None
        Read noise (e⁻).
    saturation : float
        Value from which a pixel is saturated, in `unit`; infinite where there is none.
    exposure : float or None
        Exposure (s).
    start : str or None
        Begin of the exposure, ISO 8601.
    used, ignored : mapping
        Keywords that were believed, with their values, and that were not, with the reason.
    """

    unit: u.UnitBase = u.adu
    gain: float | None = None
    read_noise: float | None = None
    saturation: float = math.inf
    exposure: float | None = None
    start: str | None = None
    used: Mapping[str, object] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, header: fits.Header, primary: fits.Header, *, amplifier: str = "") -> HeaderFacts:
        """Facts of an image by its header, and for what that lacks by the primary one.

        With the name of an amplifier, those of its own are preferred: GAINA of amplifier A.
        """
        return _Reader(header, primary, amplifier).facts()

    @property
    def scale(self) -> float:
        """Pixel value of a signal of one ADU or one electron: less than 1 of rates (s)."""
        return 1 / self.exposure if self.is_rate else 1.0

    @property
    def is_rate(self) -> bool:
        """Whether the pixels are signals per second."""
        return u.s in self.unit.bases

    @property
    def in_electrons(self) -> bool:
        """Whether the pixels are electrons, or electrons per second."""
        return u.electron in self.unit.bases

    def applied_to(self, detector: Detector) -> Detector:
        """A told detector in the unit of the frame.

        A frame of electrons has no gain left; one per second has its numbers per second.
        """
        factor = self.scale / (detector.gain if self.in_electrons else 1.0)
        if factor == 1 and not detector.amplifiers:
            return detector
        amplifiers = (self._in_unit(one, detector) for one in detector.amplifiers)
        return replace(
            detector,
            pedestal=detector.pedestal * factor,
            read_noise=detector.read_noise * factor,
            gain=detector.gain * factor,
            amplifiers=tuple(amplifiers),
        )

    def _in_unit(self, amplifier: Amplifier, detector: Detector) -> Amplifier:
        """An amplifier in the unit of the frame, by default with the gain of its detector."""
        gain = detector.gain if amplifier.gain is None else amplifier.gain
        factor = self.scale / (gain if self.in_electrons else 1.0)
        noise = None if amplifier.read_noise is None else amplifier.read_noise * factor
        return replace(amplifier, gain=gain * factor, read_noise=noise)

    def detector(self, silicon: Detector, *, gain: float | None = None) -> Detector | None:
        """Detector by the gain of the header; None where there is none.

        Parameters
        ----------
        silicon : Detector
            Gives pair energy, Fano factor and diffusion.
        gain : float, optional
            Gain of the main amplifier, in the place of that of the header.
        """
        gain = self.gain if gain is None else gain
        if gain is None:
            return None
        noise = 0.0 if self.read_noise is None else self.read_noise * gain
        return replace(silicon, name=HEADER, pedestal=0.0, read_noise=noise, n_samples=1, gain=gain)

    def to_dict(self) -> dict:
        """Unit, exposure, start, saturation, and keywords used and ignored, ready for JSON."""
        return {
            "unit": self.unit.to_string(),
            "exposure": self.exposure,
            "start": self.start,
            "saturation": self.saturation if math.isfinite(self.saturation) else None,
            "used": dict(self.used),
            "ignored": dict(self.ignored),
        }


class _Reader:
    """Looks up keywords in two headers, and notes which were believed and which were not."""

    def __init__(self, header: fits.Header, primary: fits.Header, amplifier: str) -> None:
        self._headers = (header, primary)
        self._suffixes = [amplifier, ""] if amplifier else [""]
        self.used: dict[str, object] = {}
        self.ignored: dict[str, str] = {}

    def facts(self) -> HeaderFacts:
        exposure = self._number(_EXPOSURE, least=0)
        unit = self._unit(exposure)
        rate = 1 / exposure if u.s in unit.bases else 1.0
        gain = self._gain()
        noise = self._read_noise(gain)
        if u.electron in unit.bases:
            gain = 1.0
        return HeaderFacts(
            unit=unit,
            gain=None if gain is None else gain * rate,
            read_noise=noise,
            saturation=self._saturation(),
            exposure=exposure,
            start=self._start(),
            used=self.used,
            ignored=self.ignored,
        )

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

    def _unit(self, exposure: float | None) -> u.UnitBase:
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

    def _gain(self) -> float | None:
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

    def _read_noise(self, gain: float | None) -> float | None:
        """Read noise (e⁻); in ADU where the comment says so."""
        card = self._card(_READ_NOISE)
        number = self._number(_READ_NOISE, least=_NOISES[0], most=_NOISES[1])
        if number is None or not _ADU.search(card[2]):
            return number
        return None if gain is None else number / gain

    def _saturation(self) -> float:
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

    def _start(self) -> str | None:
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
