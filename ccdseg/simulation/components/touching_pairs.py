"""Pairs of particles that touch, at a chosen distance: to measure how they are told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ccdseg.detector.silicon import diffusion_width
from ccdseg.errors import InputError
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.particles import Path, deposit, muon, point
from ccdseg.simulation.ranges import Range, Uniform
from ccdseg.simulation.scene import Scene

PAIRS = ("points", "point beside track", "crossing tracks")

_OF_A_PIXEL = 1 / 12
"""Variance (px²) of charge that is spread evenly over one pixel."""

_MIDDLE = (0.3, 0.7)
"""Part of a track, from its start to its end, at which another particle touches it."""


@dataclass(frozen=True)
class TouchingPairs(Component):
    """Pairs of particles on a grid, each pair alone: events 2 i and 2 i + 1 of the frame.

    Parameters
    ----------
    kind : {"points", "point beside track", "crossing tracks"}
        Two point-like particles at any depths; one beside the track of a muon; two muons.
    distance : Range
        Distance of the centres, or of the point from the axis of the track, in RMS widths of the
        charge on the image: √((σ₁² + σ₂²) / 2 + 1/12 px²).
    energy : Range
        Energy of a point-like particle (keV).
    zenith : Range
        Angle of muons from the normal (rad).
    angle : Range
        Angle between two muons in the plane (rad).
    spacing : int
        Distance of the pairs (px).
    """

    kind: str = "points"
    distance: Range = Uniform(1.0, 6.0)
    energy: Range = Uniform(5.9, 5.9)
    zenith: Range = Uniform(0.9, 1.15)
    angle: Range = Uniform(0.6, 1.57)
    spacing: int = 40

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind not in PAIRS:
            raise InputError(f"A pair of {self.kind!r}; choose one of: {', '.join(PAIRS)}.")

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        placed = []
        for row in np.arange(self.spacing / 2, scene.shape[0] - self.spacing / 3, self.spacing):
            for column in np.arange(
                self.spacing / 2, scene.shape[1] - self.spacing / 3, self.spacing
            ):
                place = np.array([row, column]) + rng.uniform(-1, 1, 2)
                placed += self._pair(place, scene, rng)
        pixel = scene.detector.pixel_size
        deposits = []
        for path, row, column in placed:
            moved = path.positions + np.array([column * pixel, row * pixel, 0.0])
            moved = replace(path, positions=moved)
            deposits.append(deposit(moved, detector=scene.detector, rng=rng))
        scene.add_events(EventList.from_deposits(placed, deposits))

    def _pair(
        self, place: np.ndarray, scene: Scene, rng: np.random.Generator
    ) -> list[tuple[Path, float, float]]:
        """Two paths, each with row and column (px) of its origin."""
        if self.kind == "points":
            first, second = self._point(scene, rng), self._point(scene, rng)
            away = self.distance.draw(rng) * _width(first, second, scene)
            angle = rng.uniform(0, 2 * np.pi)
            other = place + away * np.array([np.sin(angle), np.cos(angle)])
            return [(first, *place), (second, *other)]
        track = self._muon(scene, rng, rng.uniform(0, 2 * np.pi))
        step, origin = _origin(track, place, scene, rng)
        if self.kind == "crossing tracks":
            angle = track.azimuth + rng.choice((-1, 1)) * self.angle.draw(rng)
            other = self._muon(scene, rng, angle)
            return [(track, *origin), (other, *_origin(other, place, scene, rng)[1])]
        beside = self._point(scene, rng)
        away = self.distance.draw(rng) * _width(beside, track, scene, step)
        normal = rng.choice((-1, 1)) * np.array([np.cos(track.azimuth), -np.sin(track.azimuth)])
        return [(track, *origin), (beside, *(place + away * normal))]

    def _point(self, scene: Scene, rng: np.random.Generator) -> Path:
        depth = rng.uniform(0, scene.detector.thickness)
        return point(self.energy.draw(rng), depth, detector=scene.detector)

    def _muon(self, scene: Scene, rng: np.random.Generator, azimuth: float) -> Path:
        thickness = scene.detector.thickness
        return muon(self.zenith.draw(rng), thickness=thickness, rng=rng, azimuth=azimuth)


def _origin(
    track: Path, place: np.ndarray, scene: Scene, rng: np.random.Generator
) -> tuple[int, np.ndarray]:
    """Step of a muon that shall lie at a place (px), and where its origin then is."""
    depth = rng.uniform(*_MIDDLE) * scene.detector.thickness
    on_line = np.abs(track.positions[:, 2] - depth)
    reach = np.hypot(*track.positions[:, :2].T)
    line = np.abs(reach - np.tan(track.zenith) * track.positions[:, 2]) < 1e-3 * reach + 1.0
    step = int(np.where(line, on_line, np.inf).argmin())
    along, down = track.positions[step, :2] / scene.detector.pixel_size
    return step, place - np.array([down, along])


def _width(first: Path, second: Path, scene: Scene, step: int = 0) -> float:
    """RMS width of the charge of both on the image (px), of the second one at one of its steps."""
    widths = []
    for path, place in ((first, 0), (second, step)):
        own = path.width
        if own is None:
            depth = np.clip(path.positions[place, 2], 0, scene.detector.thickness)
            own = float(diffusion_width(depth, scene.detector))
        widths.append(own / scene.detector.pixel_size)
    return float(np.sqrt((widths[0] ** 2 + widths[1] ** 2) / 2 + _OF_A_PIXEL))
