"""A mask after prediction: geometric restrictions, growing, and images with particles inpainted."""

from ccdseg.postprocessing.cleaning import clean
from ccdseg.postprocessing.growing import grow
from ccdseg.postprocessing.inpainting import inpaint
from ccdseg.postprocessing.raised_errors import raise_errors
from ccdseg.postprocessing.restrictions import RestrictedMask, restrict
from ccdseg.postprocessing.rule import Rule
from ccdseg.postprocessing.rules import (
    RULES,
    BridgeTracks,
    FillClusterHoles,
    LimitClusterSizes,
    RelabelClusterLines,
    RelabelHotBlobs,
    RemoveSmallGlow,
    default_rules,
)
from ccdseg.postprocessing.unseen import remove_unseen

__all__ = [
    "RULES",
    "BridgeTracks",
    "FillClusterHoles",
    "LimitClusterSizes",
    "RelabelClusterLines",
    "RelabelHotBlobs",
    "RemoveSmallGlow",
    "RestrictedMask",
    "Rule",
    "clean",
    "default_rules",
    "grow",
    "inpaint",
    "raise_errors",
    "remove_unseen",
    "restrict",
]
