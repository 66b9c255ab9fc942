"""Detector: the numbers that turn energy into ADU and back."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ccdseg.detector.amplifier import Amplifier, check_apart
from ccdseg.errors import InputError
from ccdseg.files import atomic_path


@dataclass(frozen=True)
class Detector:
    """A CCD and its readout.

    Parameters
    ----------
    name : str
        Name under which results mention the detector.
    pedestal : float
        Mean value of a pixel without charge (ADU).
    read_noise : float
        Standard deviation of one sample of a pixel (ADU).
    n_samples : int
        Samples averaged per pixel (1 for a conventional readout, hundreds for a skipper).
    gain : float
        Conversion of charge to signal (ADU/e⁻).
    pair_energy : float
        Energy per electron-hole pair (eV/e⁻).
    pixel_size : float
        Edge length of a pixel (µm).
    thickness : float
        Thickness of the silicon (µm).
    density : float
        Density of the silicon (g/cm³); 2.329 by the Particle Data Group.
    diffusion_a, diffusion_b : float
        Coefficients A (µm²) and B (1/µm) of the lateral diffusion
        σ²(z) = −A ln(1 − B z), z the depth below the front face, that of the gates (µm).
    diffusion_growth : float
        Growth of the width of a point-like deposit with its energy (px/keV).
    fano : float
        Fano factor: variance of the number of freed electrons over their mean.
    dark_current : float
        Dark charge (e⁻/px/day).
    pixel_time : float
        Time to read one sample of one pixel (s).
    amplifiers : tuple of Amplifier
        Amplifiers that read parts of an image, each with its gain and noise; empty for one.
    """

    name: str
    pedestal: float
    read_noise: float
    n_samples: int = 1
    gain: float = 1.0
    pair_energy: float = 3.749
    pixel_size: float = 15.0
    thickness: float = 675.0
    density: float = 2.329
    diffusion_a: float = 216.2
    diffusion_b: float = 8.86e-4
    diffusion_growth: float = 0.00597
    fano: float = 0.119
    dark_current: float = 0.0
    pixel_time: float = 3e-5
    amplifiers: tuple[Amplifier, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self)[1:-1]:
            value = getattr(self, field.name)
            if not (isinstance(value, int | float) and math.isfinite(value)):
                raise InputError(f"Detector {field.name} is {value!r}; it must be a finite number.")
        positive = ("n_samples", "gain", "pair_energy", "pixel_size", "thickness", "density")
        for name in positive:
            if not getattr(self, name) > 0:
                raise InputError(f"Detector {name} is {getattr(self, name)}; it must be above 0.")
        for name in (
            *("read_noise", "dark_current", "pixel_time"),
            *("diffusion_a", "diffusion_b", "diffusion_growth", "fano"),
        ):
            if not getattr(self, name) >= 0:
                raise InputError(
                    f"Detector {name} is {getattr(self, name)}; it must not be negative."
                )
        if not self.diffusion_b * self.thickness < 1:
            raise InputError(
                f"Detector diffusion_b × thickness is {self.diffusion_b * self.thickness:.3g}; "
                "the diffusion formula needs it below 1."
            )
        amplifiers = (
            one if isinstance(one, Amplifier) else Amplifier(**one) for one in self.amplifiers
        )
        object.__setattr__(self, "amplifiers", tuple(amplifiers))
        check_apart(self.amplifiers)

    @property
    def noise(self) -> float:
        """Standard deviation of a pixel after averaging its samples (ADU)."""
        return self.read_noise / self.n_samples**0.5

    @property
    def adu_per_kev(self) -> float:
        """Signal of one keV of deposited energy (ADU/keV)."""
        return self.gain * 1000.0 / self.pair_energy

    @property
    def pixel_mass(self) -> float:
        """Mass of the silicon of a pixel (kg)."""
        return self.density * self.pixel_size**2 * self.thickness * 1e-15

    def save(self, path: str | Path) -> None:
        """Write the detector as JSON."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls, name_or_path: str | Path) -> Detector:
        """Take one of `DETECTORS` by its name, or read the fields from a JSON or TOML file.

        Raises
        ------
        InputError
            If there is no such name or file, or if the file is no detector.
        """
        known = DETECTORS.get(str(name_or_path).lower())
        return known or cls._read(Path(name_or_path))

    @classmethod
    def _read(cls, path: Path) -> Detector:
        if not path.is_file():
            raise InputError(
                f"No detector {str(path)!r}: give a JSON or TOML file, or one of these names: "
                f"{', '.join(DETECTORS)}."
            )
        parse = tomllib.loads if path.suffix.lower() == ".toml" else json.loads
        try:
            values = parse(path.read_text(encoding="utf-8"))
            return cls(**values)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
        except (ValueError, TypeError) as error:
            known = ", ".join(field.name for field in fields(cls))
            raise InputError(
                f"{path} is not a detector ({error}); its keys are: {known}."
            ) from None


DAMIC = Detector(
    name="DAMIC",
    pedestal=8800.0,
    read_noise=60.0,
    n_samples=10,
    gain=0.7498,
    dark_current=0.0,
    pixel_time=3e-5,
)
"""The detector of the original simulation of 2020: pedestal 8800 ADU, 60 ADU per sample averaged
over 10 samples (σ = 19 ADU), 200 ADU per keV, no dark current, 30 µs per sample of a pixel."""

DAMIC_M = Detector(name="DAMIC-M", pedestal=0.0, read_noise=4.5, n_samples=300, gain=1.35)
"""A skipper CCD of DAMIC-M: 1.30–1.45 ADU/e⁻ were measured, and 0.2 e⁻ after some 300 samples."""

DETECTORS = {"damic": DAMIC, "damic-m": DAMIC_M}
"""Detectors by their name in lower case."""
