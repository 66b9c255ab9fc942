"""From energy to charge, from charge to signal."""

from __future__ import annotations

import numpy as np


def ionisation(energy: np.ndarray, pair_energy: float) -> np.ndarray:
    """Charge that a deposit of `energy` (keV) frees at `pair_energy` (eV/e⁻): electrons."""
    return energy * np.float32(1000.0 / pair_energy)


def charge_to_adu(charge: np.ndarray, gain: float) -> np.ndarray:
    """Turn charge (e⁻) into signal (ADU) at `gain` (ADU/e⁻)."""
    return charge * np.float32(gain)
