"""What a FITS header tells of the detector: unit, gain, read noise, saturation, exposure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from astropy import units as u
from astropy.io import fits

from ccdseg.detector import Detector
from ccdseg.detector.amplifier import Amplifier
from ccdseg.fits_io.header_keywords import Keywords

HEADER = "header"
"""Name of a detector whose gain is that of a header."""


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
    readout_time : float or None
        Time that reading the image took (s).
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
    readout_time: float | None = None
    start: str | None = None
    used: Mapping[str, object] = field(default_factory=dict)
    ignored: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, header: fits.Header, primary: fits.Header, *, amplifier: str = "") -> HeaderFacts:
        """Facts of an image by its header, and for what that lacks by the primary one.

        With the name of an amplifier, those of its own are preferred: GAINA of amplifier A.
        """
        keywords = Keywords(header, primary, amplifier)
        exposure = keywords.exposure()
        unit = keywords.unit(exposure)
        gain = keywords.gain()
        noise = keywords.read_noise(gain)
        if u.electron in unit.bases:
            gain = 1.0
        rate = 1 / exposure if u.s in unit.bases else 1.0
        return cls(
            unit=unit,
            gain=None if gain is None else gain * rate,
            read_noise=noise,
            saturation=keywords.saturation(),
            exposure=exposure,
            readout_time=keywords.readout_time(),
            start=keywords.start(),
            used=keywords.used,
            ignored=keywords.ignored,
        )

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
        """Unit, times, saturation, and keywords used and ignored, ready for JSON."""
        return {
            "unit": self.unit.to_string(),
            "exposure": self.exposure,
            "readout_time": self.readout_time,
            "start": self.start,
            "saturation": self.saturation if math.isfinite(self.saturation) else None,
            "used": dict(self.used),
            "ignored": dict(self.ignored),
        }
