"""Identification of events: particle, depth of point-like ones, photons."""

from ccdseg.identification.classifier import ParticleClassifier, identify
from ccdseg.identification.depth import estimate_depth
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.light_and_cosmics import (
    COSMIC,
    LIGHT_KINDS,
    LightAndCosmics,
    separate_light,
)
from ccdseg.identification.particle_truth import PARTICLES, ParticleTruth, true_particles
from ccdseg.identification.recoils import add_recoil_candidates

__all__ = [
    "COSMIC",
    "FEATURES",
    "LIGHT_KINDS",
    "PARTICLES",
    "LightAndCosmics",
    "ParticleClassifier",
    "ParticleTruth",
    "add_recoil_candidates",
    "estimate_depth",
    "feature_matrix",
    "identify",
    "separate_light",
    "true_particles",
]
