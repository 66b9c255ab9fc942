"""A frame while it is being made: what lies in it, before and after it is read out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ccdseg.detector import Detector
from ccdseg.simulation import effects, event_readout
from ccdseg.simulation.effects.photons import Photons, photon_variance
from ccdseg.simulation.element_list import ElementList
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.readout_parts import AmplifierMaps, ChargeStep

ELEMENT_CLASSES = ("glowing", "hot pixel", "cluster")
"""Classes of what lies on top of the background."""


@dataclass(eq=False)
class Scene:
    """Charge and disturbances of one frame; the components of a recipe add to it.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the CCD (px).
    detector : Detector
        Detector of the frame.
    column_binning : int
        Columns of the CCD that are summed into one of the image, after all steps.
    signals : dict of str to ndarray
        Mean charge of each class of elements (e⁻), float32 of `shape`: the truth.
    background : ndarray
        Mean dark charge (e⁻), float32 of `shape`.
    fluctuating : ndarray
        Mean charge (e⁻) that is drawn from a Poisson distribution when the frame is read.
    fixed : ndarray
        Charge (e⁻) that is already drawn, or does not fluctuate.
    background_variance, glow_variance : ndarray
        Variance (e⁻²) of dark charge and scattered X-rays, and of glow, float32 of `shape`.
    offset : ndarray
        Signal added by the electronics (ADU), float32 of `image_shape`.
    electronics_variance : float
        Variance of what the electronics add (ADU²), where it counts as noise.
    amplifiers : AmplifierMaps or None
        Differences of the sections of several amplifiers.
    steps : list of ChargeStep
        Overflow, losses and transfers of the charge, in their order.
    conversions : list of callable
        Change of the signal (ADU) after the amplifier: maps (H, W) to (H, W).
    elements : ElementList
        Glow and hot pixels.
    events : EventList
        Particles and pasted clusters.
    conditions : dict
        Conditions of the frame, by which frames are sorted.
    """

    shape: tuple[int, int]
    detector: Detector
    column_binning: int = 1
    signals: dict[str, np.ndarray] = field(init=False)
    background: np.ndarray = field(init=False)
    fluctuating: np.ndarray = field(init=False)
    fixed: np.ndarray = field(init=False)
    background_variance: np.ndarray = field(init=False)
    glow_variance: np.ndarray = field(init=False)
    offset: np.ndarray = field(init=False)
    electronics_variance: float = 0.0
    amplifiers: AmplifierMaps | None = None
    steps: list[ChargeStep] = field(default_factory=list)
    conversions: list[Callable[[np.ndarray], np.ndarray]] = field(default_factory=list)
    elements: ElementList = field(default_factory=ElementList)
    events: EventList = field(default_factory=EventList.empty)
    conditions: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals = {name: self._zeros() for name in ELEMENT_CLASSES}
        self.background, self.fluctuating, self.fixed = (self._zeros() for _ in range(3))
        self.background_variance, self.glow_variance = self._zeros(), self._zeros()
        self.offset = np.zeros(self.image_shape, dtype=np.float32)

    def _zeros(self) -> np.ndarray:
        return np.zeros(self.shape, dtype=np.float32)

    @property
    def image_shape(self) -> tuple[int, int]:
        """Rows and columns of the image (px)."""
        return self.shape[0], self.shape[1] // self.column_binning

    @property
    def area(self) -> float:
        """Area in units of 256×256 pixels, for which recipes give their numbers."""
        return self.shape[0] * self.shape[1] / 256**2

    @property
    def sigma(self) -> float:
        """Typical noise of a pixel (e⁻): read noise, and that of dark charge and X-rays."""
        read_noise = self.detector.noise / self.detector.gain
        return float(np.hypot(read_noise, self.background_variance.mean() ** 0.5))

    def add_background(self, charge: np.ndarray) -> None:
        """Add dark charge (e⁻) of no class, which fluctuates."""
        self.background += charge
        self.fluctuating += charge
        self.background_variance += charge

    def add_gradient(self, change: float) -> None:
        """Note a change of the background over the frame, in standard deviations."""
        self.conditions["gradient"] = self.conditions.get("gradient", 0.0) + change

    def add_light(self, mean: np.ndarray, photons: Photons, rng: np.random.Generator) -> None:
        """Add light of no class: `mean` photons per pixel, float32 of `shape`, drawn one by one."""
        self.fixed += effects.photon_charge(mean, *photons, rng=rng)
        self.background_variance += photon_variance(mean, photons.electrons, photons.width)

    def add(self, name: str, charge: np.ndarray, *, fluctuates: bool) -> None:
        """Add the mean charge (e⁻) of elements of class `name`."""
        self.signals[name] += charge
        part = self.fluctuating if fluctuates else self.fixed
        part += charge
        if fluctuates and name == "glowing":
            self.glow_variance += charge

    def add_events(self, events: EventList) -> None:
        """Add particles; their charge is already drawn."""
        self.events = self.events.joined(events)
        self.signals["cluster"] += events.charge_map(self.shape)
        self.fixed += events.charge_map(self.shape, drawn=True)

    def darken(self, charge: np.ndarray) -> None:
        """Lower the baseline by the signal of a charge (e⁻), float of `shape`."""
        binned = effects.bin_columns(charge, self.column_binning)
        self.offset -= effects.charge_to_adu(binned, self.detector.gain)

    def add_step(
        self,
        function: Callable[[np.ndarray], np.ndarray],
        *,
        linear: bool,
        moves: Callable[[EventList], EventList] | None = None,
    ) -> None:
        """Add what happens to the charge next on its way, as `ChargeStep`."""
        self.steps.append(ChargeStep(function, linear, moves))

    def read(self, rng: np.random.Generator) -> np.ndarray:
        """Read the frame out: image (ADU), float32 of `image_shape`."""
        image = self._amplify(self.collect(rng), rng)
        image += self.offset
        for conversion in self.conversions:
            image = conversion(image)
        return image

    def collect(self, rng: np.random.Generator) -> np.ndarray:
        """Bring the charge to the amplifier: charge (e⁻), float32 of `image_shape`.

        Signals, background, variances, elements and events go the way of the charge, so that they
        stay the truth of the image.
        """
        charge = self.fixed + effects.poisson_charge(self.fluctuating, rng=rng)
        for step in self.steps:
            charge = step.function(charge)
            if step.linear:
                self._map_parts(step.function)
                self._map_events(step)
            else:
                self._share_change(step.function)
        if self.column_binning > 1:
            charge = effects.bin_columns(charge, self.column_binning)
            self._bin_columns()
        return charge

    def _amplify(self, charge: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Signal (ADU) of the charge (e⁻): gain, read noise and pedestal."""
        detector = self.detector
        image = effects.charge_to_adu(charge, self._gain)
        image += effects.readout_noise(
            image.shape, self._times(detector.read_noise, "noise"), detector.n_samples, rng=rng
        )
        image += np.float32(detector.pedestal)
        if self.amplifiers is not None:
            image += self.amplifiers.pedestal
        return image

    @property
    def _gain(self) -> float | np.ndarray:
        """Gain (ADU/e⁻), of each pixel where amplifiers differ."""
        return self._times(self.detector.gain, "gain")

    def _times(self, value: float, factor: str) -> float | np.ndarray:
        return value if self.amplifiers is None else value * getattr(self.amplifiers, factor)

    def _map_parts(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        self.signals = {name: function(signal) for name, signal in self.signals.items()}
        self.background = function(self.background)
        self.background_variance = function(self.background_variance)
        self.glow_variance = function(self.glow_variance)

    def _map_events(self, step: ChargeStep) -> None:
        if step.moves is not None:
            self.events = step.moves(self.events)
        elif len(self.events):
            kept = step.function(np.ones(self.shape, dtype=np.float32))
            self.events = event_readout.scaled(self.events, kept)

    def _share_change(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        """Give each class and event its part in the charge that columns lose and gain."""
        total = self.background + sum(self.signals.values())
        change = event_readout.ColumnChange.between(total, function(total))
        self.background = change.applied_to(self.background)
        self.signals = {name: change.applied_to(part) for name, part in self.signals.items()}
        self.events = event_readout.after_change(self.events, change)

    def _bin_columns(self) -> None:
        self._map_parts(lambda charge: effects.bin_columns(charge, self.column_binning))
        self.events = event_readout.binned(self.events, self.column_binning)
        self.elements = self.elements.binned(self.column_binning)

    def signals_adu(self) -> dict[str, np.ndarray]:
        """Return what each class of elements adds to the image (ADU)."""
        return {
            name: effects.charge_to_adu(charge, self._gain) for name, charge in self.signals.items()
        }

    def local_noise(self) -> np.ndarray:
        """Noise (ADU) of each pixel: of readout, dark charge, light, glow and electronics."""
        charge = self.background_variance + self.glow_variance
        read_noise = self._times(self.detector.noise, "noise")
        variance = self._gain**2 * charge + read_noise**2 + self.electronics_variance
        return np.sqrt(variance).astype(np.float32)
