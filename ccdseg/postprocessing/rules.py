"""Geometric restrictions: what the shape of a component says about its class."""

from __future__ import annotations

from ccdseg.classes import ClassCatalogue
from ccdseg.postprocessing.cluster_rules import (
    ClustersAreNoLines,
    ClusterSizes,
    HolesClosed,
    SpecksRemoved,
)
from ccdseg.postprocessing.hot_rules import HotPixelsAreLines, TracksAreWhole
from ccdseg.postprocessing.rule import Rule

RULES = {
    rule.name: rule
    for rule in (
        HotPixelsAreLines,
        TracksAreWhole,
        ClustersAreNoLines,
        ClusterSizes,
        SpecksRemoved,
        HolesClosed,
    )
}
"""Rules by name."""


def default_rules(classes: ClassCatalogue) -> list[Rule]:
    """Rules that gain, or lose nothing, on all frames of `ccdseg physics --only restrictions`."""
    fits = {"hot pixel", "cluster"} <= set(classes.names)
    return [TracksAreWhole()] if fits else []
