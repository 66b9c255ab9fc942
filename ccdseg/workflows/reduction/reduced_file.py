"""Frames of one raw file, and what is written of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from astropy import units as u
from astropy.io import fits

from ccdseg.calibration import NoiseCurve
from ccdseg.detector.amplifier import Amplifier
from ccdseg.files import staged_files
from ccdseg.fits_io import ReducedFrame, write_reduced
from ccdseg.images_io import stem


def frame_name(path: Path) -> str:
    """Name of the file with the frames of a raw file."""
    return f"{stem(path)}_reduced.fits"


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
        return frame_name(self.path), f"{name}_reduction.json", f"{name}_noise.png"

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
            f"{frame.label} {name}" if several else name: curve
            for frame, noise in zip(self.frames, self.noise, strict=True)
            for name, curve in noise.items()
        }


def describe(reduced: ReducedFile, written: Path) -> str:
    """Few lines that say what was done."""
    lines = [f"{reduced.path} → {written}"]
    for frame, noise in zip(reduced.frames, reduced.noise, strict=True):
        height, width = frame.data.shape
        samples = "1 sample" if frame.n_samples == 1 else f"{frame.n_samples} samples"
        lines.append(f"  {frame.label}: {height}×{width} px, {samples}")
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


def _record(frame: ReducedFrame, noise: Mapping[str, NoiseCurve]) -> dict:
    return {
        "hdu": frame.label,
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
