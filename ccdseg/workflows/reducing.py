"""Raw files reduced to frames: samples averaged, overscan subtracted, amplifiers put together."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.io import fits
from tqdm import tqdm

from ccdseg.amplifier import Amplifier
from ccdseg.calibration import NoiseCurve, Reduction, reduce_image
from ccdseg.calibration.overscan import OverscanMethod
from ccdseg.calibration.samples import Method
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.estimation import estimate_detector
from ccdseg.files import check_folder, refuse_existing, staged_files
from ccdseg.fits_io import HeaderFacts, ReducedFrame, write_reduced
from ccdseg.fits_io.raw_reading import RawImage, open_raw
from ccdseg.image_section import parse_section
from ccdseg.images_io import stem

AUTO = "auto"

UNITS = {"adu": u.adu, "electron": u.electron}
"""Units of reduced frames by their names."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ReducedFile:
    """The frames of one raw file.

    Attributes
    ----------
    path : Path
        The raw file.
    frames : tuple of ReducedFrame
        One per image.
    noise : tuple of mapping
        Noise against the number of samples, by the name of each amplifier of each frame.
    primary_header : astropy.io.fits.Header
        Header of the primary HDU.
    """

    path: Path
    frames: tuple[ReducedFrame, ...]
    noise: tuple[Mapping[str, NoiseCurve], ...]
    primary_header: fits.Header

    @property
    def file_names(self) -> tuple[str, str, str]:
        """Names of the frame, of the summary and of the figure of noise."""
        name = stem(self.path)
        return f"{name}_reduced.fits", f"{name}_reduction.json", f"{name}_noise.png"

    def to_dict(self) -> dict:
        """What was done and measured, ready for JSON."""
        return {
            "file": self.path.name,
            "images": [
                _record(frame, noise) for frame, noise in zip(self.frames, self.noise, strict=True)
            ],
        }

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write frames, summary, and, of several samples, the figure of noise; returns the first.

        Raises
        ------
        InputError
            If a file exists and `overwrite` was not asked for.
        """
        frame, summary, figure = self.file_names
        with staged_files(folder, overwrite=overwrite) as stage:
            write_reduced(stage / frame, self.frames, primary_header=self.primary_header)
            text = json.dumps(self.to_dict(), indent=2) + "\n"
            (stage / summary).write_text(text, encoding="utf-8")
            curves = self._curves()
            if curves:
                from ccdseg import plotting

                drawn = plotting.show_noise_curves(curves, title=stem(self.path))
                plotting.save_figure(drawn, stage / figure)
        return Path(folder) / frame

    def _curves(self) -> dict[str, NoiseCurve]:
        several = len(self.frames) > 1
        return {
            f"{frame.name} {name}" if several else name: curve
            for frame, noise in zip(self.frames, self.noise, strict=True)
            for name, curve in noise.items()
        }


def reduce_file(
    path: str | Path,
    *,
    hdu: str | int = "all",
    n_samples: int | None = None,
    skip: int = 0,
    method: Method = "mean",
    overscan: OverscanMethod = "row",
    degree: int = 3,
    detector: Detector | str | Path | None = None,
    unit: str = "adu",
) -> ReducedFile:
    """Reduce the raw images of a file to frames.

    Parameters
    ----------
    path : str or Path
        Raw file: samples of a pixel side by side, or as planes of a cube.
    hdu : str or int
        Images of the file, as `ccdseg.fits_io.read_frames`.
    n_samples : int, optional
        Samples of a pixel; by default NSAMP, NDCMS or NDCM of the header.
    skip : int
        First samples of each pixel that are left out.
    method : {"mean", "median"}
        How samples are combined.
    overscan : {"row", "median", "polynomial", "spline", "none"}
        Pedestal that is subtracted; see `ccdseg.calibration.overscan_level`.
    degree : int
        Degree of the polynomial.
    detector : Detector, str or Path, optional
        Detector whose amplifiers have their sections, overscan and gains: itself, a preset's name,
        a TOML or JSON file. By default sections are those of the header (TRIMSEC, DATASEC,
        BIASSEC, also of several amplifiers), and so are gains. With ``"auto"`` the gain of each
        amplifier comes from the peaks of single electrons.
    unit : {"adu", "electron"}
        Unit of the frames; electrons need the gain of each amplifier.

    Returns
    -------
    ReducedFile

    Raises
    ------
    InputError
        If the file is no raw image, samples or sections do not fit, or a gain is not known.
    """
    if unit not in UNITS:
        raise InputError(f"Unit {unit!r}; give one of {', '.join(UNITS)}.")
    estimated = isinstance(detector, str) and detector.lower() == AUTO
    if estimated:
        detector = None
    elif not (detector is None or isinstance(detector, Detector)):
        detector = Detector.load(detector)
    reduction = Reduction(n_samples, skip, method, overscan, degree, detector)
    frames, noise = [], []
    with open_raw(path, hdu=hdu) as images:
        primary = images[0].primary_header
        for image in images:
            try:
                frame, curves = _reduce(image, reduction, estimated=estimated, unit=UNITS[unit])
            except InputError as error:
                raise InputError(f"{path}, {image.label}: {error}") from None
            frames.append(frame)
            noise.append(curves)
    return ReducedFile(Path(path), tuple(frames), tuple(noise), primary)


def reduce_files(
    paths: Sequence[str | Path],
    *,
    output: str | Path,
    overwrite: bool = False,
    progress: bool = True,
    **settings: object,
) -> list[Path]:
    """Reduce raw files and write their frames.

    Parameters
    ----------
    paths : sequence of str or Path
        Raw files.
    output : str or Path
        Folder for ``STEM_reduced.fits``, ``STEM_reduction.json`` and ``STEM_noise.png``.
    overwrite : bool
        Whether existing files are replaced.
    progress : bool
        Whether to show a progress bar.
    **settings
        As `reduce_file`.

    Returns
    -------
    list of Path
        Files of frames, in the order of the raw files.

    Raises
    ------
    InputError
        As `reduce_file`, and where files exist and `overwrite` was not asked for.
    """
    output = Path(output)
    check_folder(output)
    names = [output / f"{stem(Path(path))}_reduced.fits" for path in paths]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"Several raw files would become {twice}; reduce them into two folders.")
    for name in names:
        refuse_existing(name, overwrite=overwrite)
    for path in tqdm(paths, "Reducing", unit="file", disable=len(paths) < 2 or not progress):
        reduced = reduce_file(path, **settings)
        written = reduced.write(output, overwrite=overwrite)
        logger.info("%s", describe(reduced, written))
    return names


def describe(reduced: ReducedFile, written: Path) -> str:
    """Few lines that say what was done."""
    lines = [f"{reduced.path} → {written}"]
    for frame, noise in zip(reduced.frames, reduced.noise, strict=True):
        height, width = frame.data.shape
        lines.append(f"  {frame.name or 'image'}: {height}×{width} px, {frame.n_samples} samples")
        lines += [
            f"    amplifier {one.name}: {_numbers(one, frame.unit, noise.get(one.name))}"
            for one in frame.amplifiers
        ]
    return "\n".join(lines)


def _numbers(amplifier: Amplifier, unit: u.UnitBase, curve: NoiseCurve | None) -> str:
    parts = [amplifier.section]
    if amplifier.gain is not None and unit == u.adu:
        parts.append(f"gain {amplifier.gain:.4g} ADU/e⁻")
    if amplifier.read_noise is not None:
        parts.append(f"noise {amplifier.read_noise:.4g} {'e⁻' if unit == u.electron else 'ADU'}")
    if curve is not None and not curve.follows:
        parts.append(f"noise falls as 1/√N up to {curve.last_following} samples")
    return ", ".join(parts)


def _reduce(
    image: RawImage, reduction: Reduction, *, estimated: bool, unit: u.UnitBase
) -> tuple[ReducedFrame, Mapping[str, NoiseCurve]]:
    reduced = reduce_image(image.read_rows, image.shape, header=image.keywords, reduction=reduction)
    amplifiers = tuple(
        _with_gain(one, image, reduced.data, reduction.detector, estimated=estimated)
        for one in reduced.amplifiers
    )
    frame = ReducedFrame(
        data=reduced.data,
        deviation=reduced.deviation,
        unit=u.adu,
        header=image.header,
        name=image.name,
        amplifiers=amplifiers,
        saturation=image.facts.saturation - _pedestal(reduced.pedestals),
        n_samples=reduced.n_samples,
        history=reduced.history,
    )
    return (in_electrons(frame) if unit == u.electron else frame), reduced.noise


def _pedestal(pedestals: Mapping[str, float]) -> float:
    """Highest pedestal (ADU) that was subtracted."""
    return max(pedestals.values(), default=0.0)


def _with_gain(
    amplifier: Amplifier,
    image: RawImage,
    data: np.ndarray,
    detector: Detector | None,
    *,
    estimated: bool,
) -> Amplifier:
    """The amplifier with its gain (ADU/e⁻): told, estimated, or that of the header."""
    if amplifier.gain is not None:
        return amplifier
    if detector is not None:
        return replace(amplifier, gain=detector.gain)
    if estimated:
        estimate = estimate_detector(data[parse_section(amplifier.section)])
        if estimate.gain is not None:
            return replace(amplifier, gain=estimate.gain)
        logger.warning(
            "%s, amplifier %s: no peaks of single electrons show the gain.",
            *(image.label, amplifier.name),
        )
    facts = HeaderFacts.of(image.header, image.primary_header, amplifier=amplifier.name)
    return replace(amplifier, gain=facts.gain)


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


def _record(frame: ReducedFrame, noise: Mapping[str, NoiseCurve]) -> dict:
    return {
        "hdu": frame.name,
        "shape": list(frame.data.shape),
        "unit": frame.unit.to_string(),
        "n_samples": frame.n_samples,
        "saturation": frame.saturation if math.isfinite(frame.saturation) else None,
        "amplifiers": [
            {
                "name": one.name,
                "section": one.section,
                "gain": one.gain,
                "read_noise": one.read_noise,
                "readout": one.readout,
                **(_noise_record(noise[one.name]) if one.name in noise else {}),
            }
            for one in frame.amplifiers
        ],
        "history": list(frame.history),
    }


def _noise_record(curve: NoiseCurve) -> dict:
    """Noise against samples (ADU)."""
    return {
        "noise_adu": dict(zip(curve.n_samples.tolist(), curve.noise.tolist(), strict=True)),
        "noise_falls_up_to": curve.last_following,
    }
