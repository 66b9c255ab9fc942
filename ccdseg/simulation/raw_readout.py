"""Readout of a CCD by several amplifiers that sample each pixel many times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ccdseg.detector.amplifier import Amplifier
from ccdseg.detector.image_section import Part, section_text
from ccdseg.errors import InputError
from ccdseg.simulation import effects
from ccdseg.simulation.image import known_image, prepare_scene
from ccdseg.simulation.raw_samples import baseline_drift, sampled_signal
from ccdseg.simulation.recipe import RecipeLike
from ccdseg.simulation.truth import SimulatedImage

_NAMES = "ABCD"
_KEYS = ("gains", "read_noises", "pedestals")


@dataclass(frozen=True)
class RawReadout:
    """One, two or four amplifiers at the corners of a CCD.

    Each reads its part from its corner on: first the prescan, then the pixels that see light, then
    the overscan. In a raw image the parts lie as they do on the CCD, so that overscans of two
    amplifiers meet in the middle.

    Parameters
    ----------
    layout : tuple of int
        Numbers of amplifiers along the rows and along the columns, 1 or 2 each.
    gains : tuple of float
        Gain of each amplifier (ADU/e⁻), lower ones first, left before right.
    read_noises : tuple of float
        Standard deviation of one sample (ADU) of each.
    pedestals : tuple of float
        Pedestal (ADU) of each.
    n_samples : int
        Samples of each pixel.
    prescan, overscan : int
        Columns without light of each amplifier, before and behind those with light (px).
    drift : float
        Standard deviation of the change of the baseline from a row to the next (ADU).
    parallel, serial : float
        Charge transfer inefficiency along the columns and along the rows, towards each amplifier.
    """

    layout: tuple[int, int] = (2, 2)
    gains: tuple[float, ...] = (1.25, 1.35, 1.45, 1.6)
    read_noises: tuple[float, ...] = (2.5, 2.7, 3.2, 4.0)
    pedestals: tuple[float, ...] = (1000.0, 1180.0, 940.0, 1300.0)
    n_samples: int = 200
    prescan: int = 8
    overscan: int = 32
    drift: float = 0.3
    parallel: float = 0.0
    serial: float = 0.0

    def __post_init__(self) -> None:
        if len(self.layout) != 2 or not set(self.layout) <= {1, 2}:
            raise InputError(f"Layout {self.layout}; give 1 or 2 amplifiers along each axis.")
        for key in _KEYS:
            if len(getattr(self, key)) < self.n_amplifiers:
                raise InputError(
                    f"{len(getattr(self, key))} {key} of {self.n_amplifiers} amplifiers; give one "
                    "of each."
                )
        if min(self.prescan, self.overscan) < 0 or self.n_samples < 1:
            raise InputError(
                f"Prescan {self.prescan}, overscan {self.overscan} and {self.n_samples} samples; "
                "give columns from 0 and samples from 1."
            )

    @property
    def n_amplifiers(self) -> int:
        """Number of amplifiers."""
        return self.layout[0] * self.layout[1]

    @property
    def noises(self) -> tuple[float, ...]:
        """Read noise of one sample of each amplifier (e⁻)."""
        both = zip(self.read_noises, self.gains, strict=False)
        return tuple(noise / gain for noise, gain in both)[: self.n_amplifiers]

    def amplifiers(self, shape: tuple[int, int]) -> tuple[Amplifier, ...]:
        """Amplifiers of a CCD of a shape, their sections in the raw image of averaged samples."""
        found = []
        for index, (_, rows, columns) in enumerate(self._parts(shape)):
            before, behind = self.prescan, self.overscan
            right = self._is_right(index)
            if right:
                before, behind = behind, before
            light = slice(columns.start + before, columns.stop - behind)
            strips = [slice(columns.start, light.start), slice(light.stop, columns.stop)]
            overscan = strips[0] if right else strips[1]
            corner = "upper" if self._is_upper(index) else "lower"
            found.append(
                Amplifier(
                    section_text(rows, light),
                    name=_NAMES[index],
                    gain=self.gains[index],
                    read_noise=self.read_noises[index],
                    readout=f"{corner} {'right' if right else 'left'}",
                    overscan=(section_text(rows, overscan),) if self.overscan else (),
                )
            )
        return tuple(found)

    def read(self, charge: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        """Read the charge out.

        Parameters
        ----------
        charge : ndarray
            Charge (e⁻) of all pixels that see light, of shape (H, W).
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        ndarray
            Samples (ADU), uint16 of shape (H, columns with prescan and overscan × samples).
        """
        width = charge.shape[1] + self.layout[1] * (self.prescan + self.overscan)
        raw = np.empty((charge.shape[0], width * self.n_samples), dtype=np.uint16)
        for index, (light, rows, columns) in enumerate(self._parts(charge.shape)):
            turned = (
                slice(None, None, -1 if self._is_upper(index) else 1),
                slice(None, None, -1 if self._is_right(index) else 1),
            )
            left = effects.charge_trails(charge[light][turned], self.parallel, self.serial)
            read = np.pad(left, ((0, 0), (self.prescan, self.overscan)))
            signal = effects.charge_to_adu(read, self.gains[index]) + self.pedestals[index]
            signal += baseline_drift(len(signal), self.drift, rng=rng)[:, np.newaxis]
            samples = sampled_signal(
                signal[turned], self.read_noises[index], n_samples=self.n_samples, rng=rng
            )
            place = slice(columns.start * self.n_samples, columns.stop * self.n_samples)
            raw[rows, place] = samples
        return raw

    def _parts(self, shape: tuple[int, int]) -> Iterator[tuple[Part, slice, slice]]:
        """For each amplifier its part of the CCD, and its rows and columns of the raw image."""
        edges = [
            [length * i // n for i in range(n + 1)]
            for length, n in zip(shape, self.layout, strict=True)
        ]
        extra = self.prescan + self.overscan
        for i in range(self.layout[0]):
            rows = slice(*edges[0][i : i + 2])
            for j in range(self.layout[1]):
                first, end = edges[1][j : j + 2]
                columns = slice(first + j * extra, end + (j + 1) * extra)
                yield (rows, slice(first, end)), rows, columns

    def _is_upper(self, index: int) -> bool:
        return index // self.layout[1] == 1

    def _is_right(self, index: int) -> bool:
        return index % self.layout[1] == 1


def simulate_raw_image(
    recipe: RecipeLike, readout: RawReadout, *, rng: np.random.Generator
) -> tuple[SimulatedImage, np.ndarray]:
    """Simulate the charge of one exposure, and read it out raw.

    Parameters
    ----------
    recipe : RecipeLike
        Recipe of a detector with a gain of 1 ADU/e⁻.
    readout : RawReadout
        Amplifiers.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    simulated : SimulatedImage
        Truth of the pixels that see light; its image is their charge (e⁻), before any amplifier.
    raw : ndarray
        Samples (ADU), uint16; see `RawReadout.read`.
    """
    recipe = recipe.draw(rng)
    scene = prepare_scene(recipe, recipe.detector.draw(rng), rng)
    charge = scene.collect(rng)
    return known_image(scene, recipe, charge), readout.read(charge, rng=rng)
