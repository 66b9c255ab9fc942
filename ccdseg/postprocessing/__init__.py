"""What is done to a mask after prediction: geometric restrictions, growing, inpainting."""

from ccdseg.postprocessing.cleaning import clean
from ccdseg.postprocessing.growing import grow
from ccdseg.postprocessing.inpainting import inpaint
from ccdseg.postprocessing.restrictions import Restricted, apply_restrictions, restrict
from ccdseg.postprocessing.rules import (
    RULES,
    ClustersAreNoLines,
    ClusterSizes,
    HolesClosed,
    HotPixelsAreLines,
    Rule,
    SpecksRemoved,
    TracksAreWhole,
    default_rules,
)

__all__ = [
    "RULES",
    "ClusterSizes",
    "ClustersAreNoLines",
    "HolesClosed",
    "HotPixelsAreLines",
    "Restricted",
    "Rule",
    "SpecksRemoved",
    "TracksAreWhole",
    "apply_restrictions",
    "clean",
    "default_rules",
    "grow",
    "inpaint",
    "restrict",
]
