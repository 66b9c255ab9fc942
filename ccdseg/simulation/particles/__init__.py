"""Particles and the charge that they leave in each pixel."""

from ccdseg.simulation.particles.deposit import Deposit, cut_at_row, deposit, energy_map
from ccdseg.simulation.particles.electrons import ElectronBank, electron, electron_bank
from ccdseg.simulation.particles.muons import cosmic_zenith, muon
from ccdseg.simulation.particles.path import Path
from ccdseg.simulation.particles.points import alpha, point, xray_depth

__all__ = [
    "Deposit",
    "ElectronBank",
    "Path",
    "alpha",
    "cosmic_zenith",
    "cut_at_row",
    "deposit",
    "electron",
    "electron_bank",
    "energy_map",
    "muon",
    "point",
    "xray_depth",
]
