"""Light that a spectrograph has dispersed: emission lines, long slits, echelle orders."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ccdseg.simulation.components.light import Light
from ccdseg.simulation.effects import spectra
from ccdseg.simulation.photon_sources import OpticalPhotons, PhotonSource
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, happens, whole
from ccdseg.simulation.scene import Scene


@dataclass(frozen=True)
class EmissionSpectrum(Light):
    """Lines and bands over the whole frame, as resonant inelastic X-ray scattering shows them.

    A narrow elastic line is followed, on one side of it, by narrow and broad ones.

    Parameters
    ----------
    n_lines : Range
        Lines and bands beside the elastic one.
    width : Range
        RMS width of the elastic line (px).
    tilt : Range
        Columns by which lines move per row (px/px).
    curvature : Range
        Columns by which they are bent at the first and last row (px).
    """

    even: Range = LogUniform(1e-4, 0.1)
    n_lines: Range = Uniform(0.0, 8.0)
    width: Range = LogUniform(0.8, 5.0)
    tilt: Range = Uniform(-0.06, 0.06)
    curvature: Range = Uniform(-6.0, 6.0)

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        shape, turned = _maybe_turned(scene.shape, rng)
        bend = {"tilt": self.tilt.draw(rng), "curvature": self.curvature.draw(rng)}
        width = self.width.draw(rng)
        place = rng.uniform(0, 1) * shape[1]
        side = rng.choice((-1, 1))
        pattern = spectra.spectral_line(
            shape, place, np.exp(rng.uniform(np.log(0.02), 0)), width=width, **bend
        )
        for _ in range(whole(self.n_lines.draw(rng), rng)):
            pattern += spectra.spectral_line(
                shape,
                place + side * rng.uniform(0, 1) * shape[1],
                np.exp(rng.uniform(np.log(0.02), 0)),
                width=width * np.exp(rng.exponential(1.0)),
                damping=width * rng.uniform(0, 3),
                **bend,
            )
        return (pattern.T if turned else pattern) / max(pattern.max(), np.float32(1e-6))


@dataclass(frozen=True)
class LongSlit(Light):
    """Long-slit spectrum: traces of stars, lines of the sky or of an arc lamp.

    Parameters
    ----------
    n_traces : Range
        Stars in the slit.
    seeing : Range
        RMS width of a trace (px).
    sky : Range
        Brightness of the brightest sky or arc line over the level.
    n_sky_lines : Range
        Lines per 256 columns.
    resolution : Range
        RMS width of a line (px).
    fringe_share : float
        Share of the frames with interference fringes.
    """

    level: Range = LogUniform(1.0, 3e4)
    photons: PhotonSource = field(default_factory=OpticalPhotons)
    n_traces: Range = Uniform(0.0, 4.0)
    seeing: Range = LogUniform(0.7, 6.0)
    sky: Range = LogUniform(1e-3, 1.0)
    n_sky_lines: Range = LogUniform(2.0, 40.0)
    resolution: Range = LogUniform(0.7, 4.0)
    fringe_share: float = 0.25

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        shape, turned = _maybe_turned(scene.shape, rng)
        pattern = self.sky.draw(rng) * self._sky(shape, rng)
        for _ in range(whole(self.n_traces.draw(rng), rng)):
            pattern += self._trace(shape, rng)
        if happens(self.fringe_share, rng):
            pattern *= spectra.interference_fringes(
                shape, rng.uniform(0, 0.2), LogUniform(5, 40).draw(rng), rng=rng
            )
        return pattern.T if turned else pattern

    def _sky(self, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        bend = {"tilt": rng.normal(0, 0.02), "curvature": rng.normal(0, 3)}
        resolution = self.resolution.draw(rng)
        sky = np.zeros(shape, dtype=np.float32)
        for _ in range(whole(self.n_sky_lines.draw(rng) * shape[1] / 256, rng)):
            place, level = rng.uniform(0, shape[1]), np.exp(rng.uniform(np.log(0.01), 0))
            sky += spectra.spectral_line(shape, place, level, width=resolution, **bend)
        return sky

    def _trace(self, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        along = np.linspace(-1, 1, shape[1])
        middle = rng.uniform(0, shape[0])
        centre = middle + rng.normal(0, 4) * along + rng.normal(0, 2) * along**2
        return _star_trace(shape, centre, self.seeing.draw(rng), self.resolution.draw(rng), rng)


@dataclass(frozen=True)
class Echelle(Light):
    """Orders of an echelle spectrograph: many curved traces of one star, one above the other.

    Parameters
    ----------
    spacing : Range
        Distance of the orders (px).
    width : Range
        RMS width of an order (px).
    """

    level: Range = LogUniform(1.0, 3e4)
    photons: PhotonSource = field(default_factory=OpticalPhotons)
    spacing: Range = LogUniform(8.0, 50.0)
    width: Range = LogUniform(0.8, 4.0)

    def _pattern(self, scene: Scene, rng: np.random.Generator) -> np.ndarray:
        shape, turned = _maybe_turned(scene.shape, rng)
        spacing, width = self.spacing.draw(rng), self.width.draw(rng)
        along = np.linspace(-1, 1, shape[1])
        bend = rng.normal(0, 10) * along + rng.normal(0, 8) * along**2
        blaze = np.sinc(along * rng.uniform(0.3, 0.9)) ** 2
        pattern = np.zeros(shape, dtype=np.float32)
        for row in np.arange(rng.uniform(-spacing, 0), shape[0] + spacing, spacing):
            trace = _star_trace(shape, row + bend, min(width, spacing / 4), 1.5, rng)
            pattern += trace * blaze.astype(np.float32)
        return pattern.T if turned else pattern


def _star_trace(
    shape: tuple[int, int],
    centre: np.ndarray,
    seeing: float,
    line_width: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Trace of a star whose brightest pixel is 0.01 to 1."""
    spectrum = spectra.continuum_spectrum(
        shape[1],
        n_lines=int(rng.integers(0, shape[1] // 8 + 1)),
        depth=rng.uniform(0, 1),
        line_width=line_width,
        rng=rng,
    )
    wing = rng.choice((np.inf, 3.0, 4.5))
    trace = spectra.spectral_trace(shape, centre, spectrum, width=seeing, wing=wing)
    brightest = np.float32(np.exp(rng.uniform(np.log(0.01), 0)))
    return trace * (brightest / max(trace.max(), np.float32(1e-6)))


def _maybe_turned(shape: tuple[int, int], rng: np.random.Generator) -> tuple[tuple[int, int], bool]:
    """Shape to draw in, and whether to transpose: half of all spectrographs disperse along rows."""
    turned = happens(0.5, rng)
    return (shape[::-1] if turned else shape), turned
