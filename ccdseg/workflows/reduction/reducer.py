"""How the raw images of a run are reduced: sections, gains, unit."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from astropy import units as u

from ccdseg.calibration import NoiseCurve, Reduction, reduce_image
from ccdseg.detector import Detector
from ccdseg.detector.amplifier import Amplifier
from ccdseg.detector.image_section import parse_section
from ccdseg.errors import InputError
from ccdseg.estimation import estimate_detector
from ccdseg.fits_io import HeaderFacts, ReducedFrame
from ccdseg.fits_io.raw_reading import RawImage, open_raw
from ccdseg.workflows.reduction.reduced_file import ReducedFile

AUTO = "auto"

UNITS = {"adu": u.adu, "electron": u.electron}
"""Units of reduced frames by their names."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reducer:
    """Settings of a run, checked.

    Attributes
    ----------
    hdu : str or int
        Images of each file.
    reduction : Reduction
        What is done to each image.
    unit : astropy.units.UnitBase
        Unit of the frames.
    estimated : bool
        Whether gains come from peaks of single electrons.
    gains : mapping of (str, str) to float
        Gains (ADU/e⁻) by the labels of images and the names of their amplifiers, known before.
    """

    hdu: str | int
    reduction: Reduction
    unit: u.UnitBase
    estimated: bool
    gains: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def of(
        cls, hdu: str | int, detector: Detector | str | Path | None, unit: str, **settings: object
    ) -> Reducer:
        """Find the detector and check all settings; parameters as `reduce_file`."""
        if unit not in UNITS:
            raise InputError(f"Unit {unit!r}; give one of {', '.join(UNITS)}.")
        estimated = isinstance(detector, str) and detector.lower() == AUTO
        if estimated:
            detector = None
        elif not (detector is None or isinstance(detector, Detector)):
            detector = Detector.load(detector)
        return cls(hdu, Reduction(detector=detector, **settings), UNITS[unit], estimated)

    def reduce(self, path: Path) -> ReducedFile:
        """Reduce the images of one file."""
        frames, noise = [], []
        with open_raw(path, hdu=self.hdu) as images:
            for image in images:
                try:
                    frame, curves = self._frame(image)
                except InputError as error:
                    raise InputError(f"{path}, {image.label}: {error}") from None
                frames.append(frame)
                noise.append(curves)
            return ReducedFile(path, tuple(frames), tuple(noise), images[0].primary_header)

    def with_common_gains(self, paths: Sequence[Path]) -> Reducer:
        """The same with the median gain of each amplifier over the files that can be read."""
        found: dict[tuple[str, str], list[float]] = {}
        in_adu = replace(self, unit=u.adu)
        for path in paths:
            try:
                frames = in_adu.reduce(path).frames
            except (InputError, OSError):
                continue
            for frame in frames:
                for one in frame.amplifiers:
                    if one.gain is not None:
                        found.setdefault((frame.label, one.name), []).append(one.gain)
        return replace(self, gains={key: float(np.median(all_)) for key, all_ in found.items()})

    def _frame(self, image: RawImage) -> tuple[ReducedFrame, Mapping[str, NoiseCurve]]:
        reduced = reduce_image(
            image.read_rows,
            image.shape,
            header=image.keywords,
            reduction=self.reduction,
            hdu=image.label,
        )
        highest = max(reduced.pedestals.values(), default=0.0)
        frame = ReducedFrame(
            data=reduced.data,
            deviation=reduced.deviation,
            unit=u.adu,
            header=image.header,
            label=image.label,
            origin=reduced.origin,
            amplifiers=tuple(
                replace(one, gain=self._gain(one, image, reduced.data))
                for one in reduced.amplifiers
            ),
            saturation=image.facts.saturation - highest,
            n_samples=reduced.n_samples,
            history=reduced.history,
        )
        return (in_electrons(frame) if self.unit == u.electron else frame), reduced.noise

    def _gain(self, amplifier: Amplifier, image: RawImage, data: np.ndarray) -> float | None:
        """Gain (ADU/e⁻): told, estimated, or that of the header."""
        if self.reduction.detector is not None:
            return amplifier.gain or self.reduction.detector.gain
        known = self.gains.get((image.label, amplifier.name))
        if known is not None:
            return known
        if self.estimated:
            gain = estimate_detector(data[parse_section(amplifier.section)]).gain
            if gain is not None:
                return gain
            logger.warning(
                "%s, amplifier %s: no peaks of single electrons show the gain.",
                *(image.label, amplifier.name),
            )
        name = amplifier.name
        return HeaderFacts.of(image.header, image.primary_header, amplifier=name).gain


def in_electrons(frame: ReducedFrame) -> ReducedFrame:
    """The frame in electrons, each amplifier's section by its gain.

    Raises
    ------
    InputError
        If the gain of an amplifier is not known.
    """
    data = frame.data.copy()
    deviation = None if frame.deviation is None else frame.deviation.copy()
    amplifiers, history = [], list(frame.history)
    for one in frame.amplifiers:
        if one.gain is None:
            raise InputError(
                f"The gain of amplifier {one.name} is not known; give --detector FILE or auto, or "
                "frames in ADU."
            )
        part = parse_section(one.section)
        for values in (data, deviation):
            if values is not None:
                values[part] /= one.gain
        noise = None if one.read_noise is None else one.read_noise / one.gain
        amplifiers.append(replace(one, gain=1.0, read_noise=noise))
        history.append(f"Amplifier {one.name}: divided by its gain of {one.gain:.6g} ADU/e-.")
    highest = max(one.gain for one in frame.amplifiers)
    return replace(
        frame,
        data=data,
        deviation=deviation,
        unit=u.electron,
        amplifiers=tuple(amplifiers),
        saturation=frame.saturation / highest,
        history=tuple(history),
    )
