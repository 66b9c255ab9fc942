"""Which particle left each event, and how deep the point-like ones lie."""

from ccdseg.identification.classifier import ParticleClassifier, identify
from ccdseg.identification.depth import estimate_depth
from ccdseg.identification.features import FEATURES, feature_matrix
from ccdseg.identification.particle_truth import PARTICLES, true_particles

__all__ = [
    "FEATURES",
    "PARTICLES",
    "ParticleClassifier",
    "estimate_depth",
    "feature_matrix",
    "identify",
    "true_particles",
]
