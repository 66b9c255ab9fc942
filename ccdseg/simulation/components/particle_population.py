"""Population of particles: how many of which kind, and with which energies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ccdseg.errors import InputError
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.particles import (
    Deposit,
    Path,
    alpha,
    cosmic_zenith,
    cut_at_row,
    deposit,
    electron,
    muon,
    point,
    xray_depth,
)
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens, whole
from ccdseg.simulation.scene import Scene

KINDS = ("electron", "muon", "point", "alpha")

_ALIGNED = 0.07
"""RMS width (rad) of the directions of muons that run along a row or column."""

_POINT_RANGE = 10.0
"""Least ratio of the highest energy of points to the lowest, where this follows the noise."""


@dataclass(frozen=True)
class EnergyAboveNoise:
    """Log-uniform energies whose lowest follows the noise: the faintest are as hard in any frame.

    Parameters
    ----------
    faintest : float
        Charge of the faintest in standard deviations of the noise of a pixel; one e⁻ at least.
    high : float
        Highest energy (keV), raised to ten times the lowest where that is more.
    """

    faintest: float = 4.0
    high: float = 40.0

    def __post_init__(self) -> None:
        if not (0 < self.faintest < np.inf and 0 < self.high < np.inf):
            raise InputError(
                f"Energies from {self.faintest} standard deviations to {self.high} keV; give "
                "finite numbers above 0."
            )

    def energies(self, scene: Scene) -> LogUniform:
        """Range of the energies (keV) in a scene."""
        least_charge = max(self.faintest * scene.sigma, 1.0)
        low = least_charge * scene.detector.pair_energy / 1000.0
        return LogUniform(low, max(self.high, _POINT_RANGE * low))


@dataclass(frozen=True)
class Particles(Component):
    """Electrons, muons, point-like events and alphas anywhere in the frame.

    Parameters
    ----------
    number : Range
        Particles per 256×256 pixels; whole numbers are drawn about it.
    shares : tuple of float
        Mean share of electrons, muons, points and alphas.
    variation : float
        How much the shares vary from frame to frame: the concentration of a Dirichlet
        distribution is shares / variation; 0 for shares that stay.
    electron_energy, alpha_energy : Range
        Energies (keV).
    point_energy : Range or EnergyAboveNoise
        Energies of points (keV), the same in all frames or beginning at the noise of each.
    lines : tuple of float
        Energies (keV) of X-ray lines.
    line_share : float
        Share of the points that come from one of the lines.
    faces : tuple of float
        Share of the points that enter at the front face, at the back face, and that lie anywhere.
    cut_share : float
        Share of the particles that arrive during the readout and are cut at a row.
    greatest_zenith : float
        Largest angle of muons from the normal (rad).
    aligned_share : float
        Share of the muons that run along a row or column, as hot lines do.
    """

    number: Range = LogUniform(0.7, 80.0)
    shares: tuple[float, float, float, float] = (0.38, 0.16, 0.42, 0.04)
    variation: float = 0.25
    electron_energy: Range = LogUniform(8.0, 2500.0)
    point_energy: Range | EnergyAboveNoise = EnergyAboveNoise()
    alpha_energy: Range = Uniform(3000.0, 9000.0)
    lines: tuple[float, ...] = (1.74, 5.90, 6.49, 8.05)
    line_share: float = 0.3
    faces: tuple[float, float, float] = (0.3, 0.2, 0.5)
    cut_share: float = 0.04
    greatest_zenith: float = 1.45
    aligned_share: float = 0.15

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        n = whole(self.number.draw(rng) * scene.area, rng)
        shares = np.array(self.shares)
        if self.variation:
            shares = rng.dirichlet(shares / self.variation)
        kinds = rng.choice(KINDS, size=n, p=shares)
        paths = [self._path(kind, scene, rng) for kind in kinds]
        placed = [(path, *_place(path, scene, rng)) for path in paths if len(path.losses)]
        deposits = [self._deposit(*place, scene, rng) for place in placed]
        scene.add_events(EventList.from_deposits(placed, deposits))

    def _path(self, kind: str, scene: Scene, rng: np.random.Generator) -> Path:
        detector = scene.detector
        if kind == "electron":
            return electron(self.electron_energy.draw(rng), thickness=detector.thickness, rng=rng)
        if kind == "muon":
            zenith = cosmic_zenith(self.greatest_zenith, rng=rng)
            if happens(0.5, rng):  # long tracks, rare in the flux, are what is hard
                zenith = rng.uniform(0, self.greatest_zenith)
            azimuth = None
            if happens(self.aligned_share, rng):
                azimuth = rng.integers(4) * np.pi / 2 + rng.normal(0, _ALIGNED)
            return muon(zenith, thickness=detector.thickness, rng=rng, azimuth=azimuth)
        if kind == "alpha":
            depth = rng.uniform(0, detector.thickness)
            width = 18.0 * rng.uniform(0.6, 1.4)
            energy = self.alpha_energy.draw(rng)
            return alpha(energy, depth, detector=detector, plasma_width=width)
        energy = self._point_energy(scene, rng)
        face = rng.choice(("front", "back", "any"), p=self.faces)
        depth = xray_depth(energy, face, thickness=detector.thickness, rng=rng)
        return point(energy, depth, detector=detector)

    def _point_energy(self, scene: Scene, rng: np.random.Generator) -> float:
        if happens(self.line_share, rng):
            return float(rng.choice(self.lines))
        energies = self.point_energy
        if isinstance(energies, EnergyAboveNoise):
            energies = energies.energies(scene)
        return energies.draw(rng)

    def _deposit(
        self, path: Path, row: float, column: float, scene: Scene, rng: np.random.Generator
    ) -> Deposit:
        pixel = scene.detector.pixel_size
        shifted = path.positions + np.array([column * pixel, row * pixel, 0.0])
        charge = deposit(replace(path, positions=shifted), detector=scene.detector, rng=rng)
        if len(charge.rows) and happens(self.cut_share, rng):
            keep = "above" if happens(0.5, rng) else "below"
            return cut_at_row(charge, int(rng.choice(charge.rows)), keep=keep)
        return charge


def _place(path: Path, scene: Scene, rng: np.random.Generator) -> tuple[float, float]:
    """Row and column (px) of the origin, such that any one step lies anywhere in the frame."""
    step = path.positions[rng.integers(len(path.positions))] / scene.detector.pixel_size
    return rng.uniform(0, scene.shape[0]) - step[1], rng.uniform(0, scene.shape[1]) - step[0]
