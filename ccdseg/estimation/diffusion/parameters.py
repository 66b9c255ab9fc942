"""Diffusion of a detector as parameters of a fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit, logit

from ccdseg.detector import Detector


def parameters_of(detector: Detector) -> np.ndarray:
    """Logarithms of A (px²), of β / (1 − β), β = B × thickness, and of the thickness (µm), (3,)."""
    beta = detector.diffusion_b * detector.thickness
    area = detector.diffusion_a / detector.pixel_size**2
    return np.array([np.log(area), logit(beta), np.log(detector.thickness)])


def with_diffusion(detector: Detector, parameters: np.ndarray) -> Detector:
    """The detector with the diffusion and the thickness of some parameters."""
    thickness = float(np.exp(parameters[2]))
    return replace(
        detector,
        diffusion_a=float(np.exp(parameters[0])) * detector.pixel_size**2,
        diffusion_b=float(expit(parameters[1])) / thickness,
        thickness=thickness,
    )
