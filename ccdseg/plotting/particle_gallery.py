"""Gallery of the simulated particles, one picture each."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from ccdseg.detector import Detector
from ccdseg.plotting.gallery import Panel, show_gallery
from ccdseg.simulation import effects
from ccdseg.simulation.particles import (
    Deposit,
    Path,
    alpha,
    cut_at_row,
    deposit,
    electron,
    muon,
    point,
)

_SHAPE = (64, 64)
_DETECTOR = Detector("gallery", pedestal=0.0, read_noise=2.0)
"""Gain 1 ADU/e⁻ and a noise of two electrons."""


def show_particles(*, seed: int = 4) -> Figure:
    """Show the signal of each kind of particle, at a gain of 1 ADU/e⁻.

    Parameters
    ----------
    seed : int
        Seed of paths, charge and noise.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rng = np.random.default_rng(seed)
    thickness = _DETECTOR.thickness
    steep, long = (muon(zenith, thickness=thickness, rng=rng) for zenith in (0.6, 1.2))
    paths = {
        "electron, 100 keV": electron(100.0, thickness=thickness, rng=rng),
        "electron, 400 keV": electron(400.0, thickness=thickness, rng=rng),
        "electron, 1 MeV": electron(1000.0, thickness=thickness, rng=rng),
        "muon, 34° from the normal": steep,
        "muon, 69° from the normal": long,
        "X-ray, front face": point(5.9, 60.0, detector=_DETECTOR),
        "X-ray, back face": point(5.9, 640.0, detector=_DETECTOR),
        "alpha": alpha(5500.0, 600.0, detector=_DETECTOR),
    }
    charges = {
        name: deposit(_centred(path), detector=_DETECTOR, rng=rng) for name, path in paths.items()
    }
    panels = [
        _panel(name, f"{paths[name].energy:.4g} keV deposited", charge, rng)
        for name, charge in charges.items()
    ]
    cut = cut_at_row(charges["muon, 69° from the normal"], _SHAPE[0] // 2, keep="below")
    panels.append(_panel("particle during readout", "cut at a row", cut, rng))
    return show_gallery(panels, title="Particles (gain 1 ADU/e⁻, read noise 2 ADU)", n_columns=5)


def _centred(path: Path) -> Path:
    """The path moved so that its middle lies in the middle of the picture."""
    middle = (path.positions[:, :2].min(axis=0) + path.positions[:, :2].max(axis=0)) / 2
    path.positions[:, :2] += np.array(_SHAPE[::-1]) / 2 * _DETECTOR.pixel_size - middle
    return path


def _panel(title: str, caption: str, charge: Deposit, rng: np.random.Generator) -> Panel:
    image = effects.readout_noise(_SHAPE, _DETECTOR.read_noise, rng=rng)
    rows, columns = charge.rows, charge.columns
    inside = (rows >= 0) & (rows < _SHAPE[0]) & (columns >= 0) & (columns < _SHAPE[1])
    np.add.at(image, (rows[inside], columns[inside]), charge.drawn[inside])
    return Panel(title, caption, image)
