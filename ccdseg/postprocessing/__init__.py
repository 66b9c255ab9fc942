"""What is done to a mask after prediction: geometric restrictions, growing, inpainting."""

from ccdseg.postprocessing.cleaning import clean
from ccdseg.postprocessing.cluster_rules import (
    ClustersAreNoLines,
    ClusterSizes,
    HolesClosed,
    SpecksRemoved,
)
from ccdseg.postprocessing.growing import grow
from ccdseg.postprocessing.hot_rules import HotPixelsAreLines, TracksAreWhole
from ccdseg.postprocessing.inpainting import inpaint
from ccdseg.postprocessing.restrictions import Restricted, apply_restrictions, restrict
from ccdseg.postprocessing.rule import Rule
from ccdseg.postprocessing.rules import RULES, default_rules

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
