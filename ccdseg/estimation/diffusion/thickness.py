"""Thickness of the silicon, from the energies that muons leave on tracks of known length."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import landau

from ccdseg.detector import Detector
from ccdseg.detector.silicon import COLLISION_STRENGTH, MUON_LOSS, mean_hard_loss
from ccdseg.estimation.diffusion.track_fit import TrackFit
from ccdseg.simulation.particles.electrons import HIGHEST_ENERGY

_HARD = 5.0
"""Energy (keV) above which collisions are single ones."""

_SOFT_WIDTH = 0.4
"""Standard deviation of the loss by softer collisions over one µm (keV): 5 to 6 keV in 300 µm
(Bichsel, Rev. Mod. Phys. 60, 663)."""

_EULER = 0.5772156649
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_OUTLIERS = 1e-4
"""Probability (1/keV) of any other energy: of electrons, and of tracks that end."""

_RANGE = (0.15, 4.0)
"""Thicknesses looked at, over that of the preset."""


def fit_thickness(fit: TrackFit, *, detector: Detector) -> tuple[float, float]:
    """Thickness at which the energies of muons are most probable.

    A muon of a track of length L on the plane has travelled √(L² + thickness²), and lost energy as
    a Landau distribution widened by soft collisions says.

    Parameters
    ----------
    fit : TrackFit
        Muons.
    detector : Detector
        Pixel size, pair energy, and a first guess of the thickness.

    Returns
    -------
    thickness, error : float
        Its most probable value and the standard deviation of its logarithm (µm; 1).
    """
    length = np.array([one.length for one in fit.tracks]) * detector.pixel_size
    charge = [one.charge if one.track.total is None else one.track.total for one in fit.tracks]
    energy = np.array(charge) * detector.pair_energy / 1000

    def cost(log_thickness: float) -> float:
        path = np.hypot(length, np.exp(log_thickness))
        return -float(np.sum(np.log(loss_probability(energy, path) + _OUTLIERS)))

    grid = np.log(detector.thickness) + np.log(np.geomspace(*_RANGE, 80))
    costs = [cost(value) for value in grid]
    best = int(np.clip(np.argmin(costs), 1, len(grid) - 2))
    found = minimize_scalar(cost, bounds=(grid[best - 1], grid[best + 1]), method="bounded").x
    step = 0.02
    curvature = (cost(found + step) + cost(found - step) - 2 * cost(found)) / step**2
    return float(np.exp(found)), float(max(curvature, 1.0) ** -0.5)


def loss_probability(energy: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Probability (1/keV) of the energy (keV) that a muon loses on a path (µm)."""
    width = COLLISION_STRENGTH * path
    soft = (MUON_LOSS - mean_hard_loss(_HARD, HIGHEST_ENERGY)) * path
    place = soft + width * (1 - _EULER + np.log(width / _HARD))
    place += width * np.log(np.pi / 2)  # the standard of SciPy is that of a stable distribution
    shifted = energy[..., np.newaxis] - _NODES * _SOFT_WIDTH * np.sqrt(path)[..., np.newaxis]
    density = landau.pdf(
        shifted, loc=place[..., np.newaxis], scale=np.pi / 2 * width[..., np.newaxis]
    )
    return density @ (_WEIGHTS / _WEIGHTS.sum())
