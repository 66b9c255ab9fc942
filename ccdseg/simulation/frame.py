"""Frames as real CCDs deliver them: a recipe of components, drawn anew for each frame."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform
from ccdseg.simulation.scene import Scene
from ccdseg.simulation.truth import SimulatedImage, check_priority, truth_mask


@dataclass(frozen=True)
class FrameRecipe:
    """What a frame may hold; numbers in components are per 256×256 pixels.

    Parameters
    ----------
    name : str
        Name under which reports mention the recipe.
    shape : tuple of int
        Rows and columns (px).
    detector : RandomDetector
        Ranges of the detector, where none is given.
    components : tuple of Component
        What frames hold, in the order in which it is added: background before what is measured in
        units of its noise, transfers in the order in which charge meets them.
    truth_threshold : float
        A pixel belongs to an element whose mean signal there is at least this many standard
        deviations of the local noise.
    priority : tuple of str
        Class names from the lowest to the highest; where elements overlap, the highest counts.
    """

    name: str = "general"
    shape: tuple[int, int] = (256, 256)
    detector: c.RandomDetector = field(default_factory=c.RandomDetector)
    components: tuple[c.Component, ...] = (
        c.DarkCharge(probability=0.7),
        c.BackgroundPlane(probability=0.3),
        c.Glow(probability=0.5),
        c.ColumnTransient(probability=0.12),
        c.HotLines(probability=0.6),
        c.HotPixels(probability=0.2),
        c.BadEdge(probability=0.2),
        c.SerialStreaks(probability=0.4),
        c.Particles(probability=0.94),
        c.Blooming(probability=0.08),
        c.TransferTrails(probability=0.15),
        c.InactiveColumns(probability=0.15),
        c.Fringes(probability=0.15),
        c.RowOffsets(probability=0.12),
        c.Digitisation(probability=0.6),
    )
    truth_threshold: float = 1.5
    priority: tuple[str, ...] = ("background", "glowing", "cluster", "hot pixel")

    def __post_init__(self) -> None:
        if len(self.shape) != 2 or min(self.shape) < 1:
            raise InputError(f"Frame shape is {self.shape}; give rows and columns, both above 0.")
        if not self.truth_threshold >= 0:
            raise InputError(f"truth_threshold is {self.truth_threshold}; it must be 0 or above.")
        check_priority(self.priority)

    def scaled(self, shape: tuple[int, int]) -> FrameRecipe:
        """Return the recipe for frames of another `shape`, with as many elements per area."""
        return replace(self, shape=tuple(shape))

    def to_dict(self) -> dict:
        """All ranges, ready for JSON."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "detector": self.detector.to_dict(),
            "components": [component.to_dict() for component in self.components],
            "truth_threshold": self.truth_threshold,
            "priority": list(self.priority),
        }


def simulate_frame(
    recipe: FrameRecipe, *, detector: Detector | None = None, rng: np.random.Generator
) -> SimulatedImage:
    """Simulate one frame.

    Parameters
    ----------
    recipe : FrameRecipe
        What the frame may hold.
    detector : Detector, optional
        What it is taken with; drawn from the recipe by default.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    SimulatedImage
    """
    scene = Scene(recipe.shape, recipe.detector.draw(rng) if detector is None else detector)
    for component in recipe.components:
        component.add_to(scene, rng)
    image = scene.read(rng)
    noise, signals = scene.local_noise(), scene.signals_adu()
    mask = truth_mask(signals, noise, threshold=recipe.truth_threshold, priority=recipe.priority)
    conditions = {
        "noise": scene.detector.noise / scene.detector.gain,
        "gradient": scene.conditions.get("gradient", 0.0),
        "glow": scene.conditions.get("glow", "none"),
        "crowding": float(np.mean(mask == CLASSES["cluster"].index)),
    }
    return SimulatedImage(
        image=image,
        mask=mask,
        cluster_signal=signals["cluster"],
        noise=noise,
        detector=scene.detector,
        elements=np.zeros(0),
        events=scene.events,
        conditions=conditions,
    )


GENERAL = FrameRecipe()
"""Frames of any detector: any pedestal, gain and noise, empty to crowded, with everything that real
frames show."""

EVENTS = FrameRecipe(
    name="events",
    shape=(512, 512),
    detector=c.RandomDetector(
        noise=LogUniform(0.15, 20.0),
        gain=LogUniform(0.5, 10.0),
        thickness=Uniform(640.0, 675.0),
        pixel_size=Uniform(15.0, 15.0),
    ),
    components=(
        c.DarkCharge(probability=0.7, level=LogUniform(0.02, 2.0)),
        c.Particles(probability=1.0, number=LogUniform(2.0, 10.0), cut_share=0.03),
        c.Digitisation(probability=0.5),
    ),
)
"""Particles in thick, fully depleted CCDs of pixels of 15 µm, far enough from each other that most
are alone, and nothing else: to measure and to identify events."""

XRAY = FrameRecipe(
    name="xray",
    shape=(512, 512),
    detector=c.RandomDetector(
        noise=LogUniform(2.0, 80.0),
        gain=LogUniform(0.01, 0.3),
        pedestal=Uniform(0.0, 3000.0),
        negative_pedestals=0.0,
        thickness=Uniform(300.0, 675.0),
        pixel_size=Uniform(13.0, 25.0),
    ),
    components=(
        c.Scattering(probability=0.97, photon_energy=LogUniform(0.25, 1.5)),
        c.HotPixels(probability=0.3),
        c.Particles(
            probability=0.95,
            number=LogUniform(1.0, 20.0),
            shares=(0.4, 0.55, 0.0, 0.05),
            electron_energy=LogUniform(50.0, 2500.0),
            cut_share=0.0,
        ),
        c.ModuleGaps(),
        c.DeadPixels(),
        c.Digitisation(probability=1.0, least_noise=0.0),
    ),
    truth_threshold=3.0,
)
"""Images of a scattering experiment with soft X-rays, whose cosmic tracks are the class
``cluster``; 16 bit. A single photon leaves less than a track does in a pixel; where many fall, the
noise of their number is far above the read noise, and faint tracks drown in it."""
