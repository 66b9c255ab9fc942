"""A frame while it is being made: what lies in it, before and after it is read out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ccdseg.detector import Detector
from ccdseg.simulation import effects
from ccdseg.simulation.events import EventList

ELEMENT_CLASSES = ("glowing", "hot pixel", "cluster")
"""Classes of what lies on top of the background."""


@dataclass(eq=False)
class Scene:
    """Charge and disturbances of one frame; the components of a recipe add to it.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns (px).
    detector : Detector
        What the frame is taken with.
    signals : dict of str to ndarray
        Mean charge of each class of elements (e⁻), float32 of `shape`: the truth.
    background : ndarray
        Mean dark charge (e⁻), float32 of `shape`.
    fluctuating : ndarray
        Mean charge (e⁻) that is drawn from a Poisson distribution when the frame is read.
    fixed : ndarray
        Charge (e⁻) that is already drawn, or does not fluctuate.
    offset : ndarray
        What the electronics add (ADU), float32 of `shape`.
    photon_variance : float or ndarray
        Variance of the charge of scattered X-rays (e⁻²).
    extra_variance : float
        Variance of what the electronics add (ADU²), where it counts as noise.
    overflow : callable or None
        What happens to charge beyond the full well: maps (H, W) to (H, W), before the transfers.
    transfers : list of callable
        What happens to charge on its way to the amplifier: maps (H, W) to (H, W), such that the
        parts of a sum may be mapped one by one.
    conversions : list of callable
        What happens to the signal (ADU) after the amplifier: maps (H, W) to (H, W).
    events : EventList
        Particles.
    conditions : dict
        What the frame is like, to sort frames by.
    """

    shape: tuple[int, int]
    detector: Detector
    signals: dict[str, np.ndarray] = field(init=False)
    background: np.ndarray = field(init=False)
    fluctuating: np.ndarray = field(init=False)
    fixed: np.ndarray = field(init=False)
    offset: np.ndarray = field(init=False)
    photon_variance: float | np.ndarray = 0.0
    extra_variance: float = 0.0
    overflow: Callable[[np.ndarray], np.ndarray] | None = None
    transfers: list[Callable[[np.ndarray], np.ndarray]] = field(default_factory=list)
    conversions: list[Callable[[np.ndarray], np.ndarray]] = field(default_factory=list)
    events: EventList = field(default_factory=EventList.empty)
    conditions: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals = {name: self._zeros() for name in ELEMENT_CLASSES}
        self.background, self.fluctuating, self.fixed, self.offset = (
            self._zeros() for _ in range(4)
        )

    def _zeros(self) -> np.ndarray:
        return np.zeros(self.shape, dtype=np.float32)

    @property
    def area(self) -> float:
        """Area in units of 256×256 pixels, for which recipes give their numbers."""
        return self.shape[0] * self.shape[1] / 256**2

    @property
    def sigma(self) -> float:
        """Typical noise of the background (e⁻): read noise, and Poisson noise of dark charge and
        X-rays.
        """  # noqa: D205
        poisson = self.background.mean() + np.mean(self.photon_variance)
        return float(np.hypot(self.detector.noise / self.detector.gain, poisson**0.5))

    def add_background(self, charge: np.ndarray) -> None:
        """Add dark charge (e⁻) of no class, which fluctuates."""
        self.background += charge
        self.fluctuating += charge

    def add_photons(self, mean: np.ndarray, charge: float, rng: np.random.Generator) -> None:
        """Add scattered X-rays of no class: `mean` photons per pixel, each of a `charge` (e⁻)."""
        self.fixed += effects.detected_photons(mean, charge, rng=rng)
        self.photon_variance = self.photon_variance + mean * charge**2

    def blind(self, where: np.ndarray) -> None:
        """Let pixels see nothing where `where`, bool of `shape`, is true."""
        self.transfers.append(lambda charge: np.where(where, np.float32(0), charge))

    def add(self, name: str, charge: np.ndarray, *, fluctuates: bool) -> None:
        """Add the mean charge (e⁻) of elements of class `name`."""
        self.signals[name] += charge
        if fluctuates:
            self.fluctuating += charge
        else:
            self.fixed += charge

    def add_events(self, events: EventList) -> None:
        """Add particles; their charge is already drawn."""
        self.events = self.events.joined(events)
        self.signals["cluster"] += events.charge_map(self.shape)
        self.fixed += events.charge_map(self.shape, drawn=True)

    def read(self, rng: np.random.Generator) -> np.ndarray:
        """Read the frame out: image (ADU), float32 of `shape`.

        `signals` are transferred as the charge is, so that they stay the truth of the image.
        """
        charge = self.fixed + effects.poisson_charge(self.fluctuating, rng=rng)
        if self.overflow is not None:
            charge = self.overflow(charge)
            self._spill(self.overflow)
        for transfer in self.transfers:
            charge = transfer(charge)
            self.signals = {name: transfer(signal) for name, signal in self.signals.items()}
            self.background = transfer(self.background)
        image = effects.charge_to_adu(charge, self.detector.gain)
        image += effects.readout_noise(
            self.shape, self.detector.read_noise, self.detector.n_samples, rng=rng
        )
        image += self.offset
        image += np.float32(self.detector.pedestal)
        for conversion in self.conversions:
            image = conversion(image)
        return image

    def _spill(self, overflow: Callable[[np.ndarray], np.ndarray]) -> None:
        """Let the mean charge overflow, each class with the part that it has in its column's loss.

        The full well counts the sum of all classes, so none can be mapped for itself.
        """
        parts = {"background": self.background, **self.signals}
        total = sum(parts.values())
        change = overflow(total) - total
        lost = np.maximum(-change, 0) / np.maximum(total, np.finfo(np.float32).tiny)
        column_loss = np.maximum(-change, 0).sum(axis=0)
        for part in parts.values():
            loss = part * lost
            share = loss.sum(axis=0) / np.maximum(column_loss, np.finfo(np.float32).tiny)
            np.add(part, np.maximum(change, 0) * share - loss, out=part)

    def signals_adu(self) -> dict[str, np.ndarray]:
        """Return what each class of elements adds to the image (ADU)."""
        return {
            name: effects.charge_to_adu(charge, self.detector.gain)
            for name, charge in self.signals.items()
        }

    def local_noise(self) -> np.ndarray:
        """Standard deviation (ADU) of the background: read noise, Poisson noise of dark charge and
        glow, and what the electronics add.
        """  # noqa: D205
        gain = self.detector.gain
        poisson = np.minimum(self.background + self.signals["glowing"], self.fluctuating)
        charge = np.maximum(poisson, 0) + self.photon_variance
        variance = gain**2 * charge + self.detector.noise**2 + self.extra_variance
        return np.sqrt(variance).astype(np.float32)
