"""Libraries of clusters made from the paths of particles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ccdseg.detector import Detector
from ccdseg.simulation.library import ClusterLibrary
from ccdseg.simulation.particles import (
    Path,
    cosmic_zenith,
    electron,
    energy_map,
    muon,
    point,
)

DIFFUSION_FACTOR = (0.5, 3.5)
"""Range of the factor on the diffusion's variance: front-side and back-side hits of real frames are
0.3 to 1.7 px wide, more than one pair of coefficients spans."""

DENSITY_FACTOR = (0.1, 1.0)
"""Range of the factor on the energies of a cluster, log-uniform: the original's clusters hold about
a fifth of the energy per length that electrons lose in silicon."""


def generate_library(
    n_clusters: int, *, detector: Detector, rng: np.random.Generator
) -> ClusterLibrary:
    """Generate a library: 75 % electrons, 10 % muons, 15 % points.

    Energies are log-uniform from 25 to 1000 keV for electrons and from 1 to 60 keV for points;
    muons follow the cosmic flux within 65° of the normal. Diffusion and energy of each are
    multiplied by random factors, `DIFFUSION_FACTOR` and `DENSITY_FACTOR`.

    Parameters
    ----------
    n_clusters : int
        Number of clusters.
    detector : Detector
        Geometry and diffusion.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ClusterLibrary
    """

    def cluster() -> np.ndarray:
        diffusion = detector.diffusion_a * rng.uniform(*DIFFUSION_FACTOR)
        widened = replace(detector, diffusion_a=diffusion)
        path = _random_particle(widened, rng)
        path.positions[:, :2] += rng.uniform(0, detector.pixel_size, 2)
        density = np.exp(rng.uniform(*np.log(DENSITY_FACTOR)))
        energy, _, _ = energy_map(path, detector=widened)
        return density * energy

    return ClusterLibrary.from_arrays(np.round(cluster(), 3) for _ in range(n_clusters))


def _random_particle(detector: Detector, rng: np.random.Generator) -> Path:
    kind = rng.choice(["electron", "muon", "point"], p=[0.75, 0.1, 0.15])
    if kind == "electron":
        energy = np.exp(rng.uniform(np.log(25.0), np.log(1000.0)))
        return electron(energy, thickness=detector.thickness, rng=rng)
    if kind == "muon":
        zenith = cosmic_zenith(np.radians(65), rng=rng)
        return muon(zenith, thickness=detector.thickness, rng=rng)
    energy = np.exp(rng.uniform(np.log(1.0), np.log(60.0)))
    return point(energy, rng.uniform(0, detector.thickness), detector=detector)
