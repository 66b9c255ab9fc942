"""Which particle left each event, and how deep the point-like ones lie."""

from ccdseg.identification.classifier import ParticleClassifier, identify
from ccdseg.identification.depth import estimate_depth
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.particles import PARTICLES, true_particles

__all__ = [
    "FEATURES",
    "PARTICLES",
    "ParticleClassifier",
    "estimate_depth",
    "feature_matrix",
    "identify",
    "true_particles",
]
