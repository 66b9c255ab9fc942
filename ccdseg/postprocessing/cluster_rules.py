"""Restrictions of clusters and glow: sizes, lines, specks and holes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from ccdseg.classes import ClassCatalogue
from ccdseg.postprocessing.components import most_frequent
from ccdseg.postprocessing.rule import Rule, at_least, replace


@dataclass(frozen=True)
class ClustersAreNoLines(Rule):
    """A cluster is no perfect line of one pixel's width along a row or column: that is hot.

    Parameters
    ----------
    shortest : int
        Length from which a line counts (px); diffusion makes no particle so thin.
    """

    name: ClassVar[str] = "clusters are no lines"
    shortest: int = 6

    def __post_init__(self) -> None:
        at_least(self, "shortest", 2)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster = (classes[name].index for name in ("hot pixel", "cluster"))
        return replace(
            mask,
            cluster,
            lambda component: (
                hot
                if min(component.extent) == 1 and max(component.extent) >= self.shortest
                else cluster
            ),
        )


@dataclass(frozen=True)
class ClusterSizes(Rule):
    """A cluster has a least and a greatest number of pixels; others become what surrounds them.

    Parameters
    ----------
    least, most : int
        Numbers of pixels.
    """

    name: ClassVar[str] = "cluster sizes"
    least: int = 2
    most: int = 20_000

    def __post_init__(self) -> None:
        at_least(self, "least", 1)
        at_least(self, "most", self.least)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        return _limit_sizes(mask, classes["cluster"].index, self.least, self.most)


@dataclass(frozen=True)
class SpecksRemoved(Rule):
    """Glow in pieces of fewer pixels becomes what surrounds it.

    Parameters
    ----------
    least : int
        Number of pixels.
    """

    name: ClassVar[str] = "specks of glow removed"
    least: int = 20

    def __post_init__(self) -> None:
        at_least(self, "least", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        return _limit_sizes(mask, classes["glowing"].index, self.least, mask.size)


@dataclass(frozen=True)
class HolesClosed(Rule):
    """Background and glow enclosed in a cluster are part of it, up to so many pixels.

    Parameters
    ----------
    most : int
        Number of pixels.
    """

    name: ClassVar[str] = "holes closed"
    most: int = 4

    def __post_init__(self) -> None:
        at_least(self, "most", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        cluster = classes["cluster"].index
        others = np.isin(mask, [classes[name].index for name in ("background", "glowing")])
        labels, _ = ndimage.label(others)  # what touches at a corner alone is another hole
        n_changed = 0
        for number, box in enumerate(ndimage.find_objects(labels), start=1):
            rows, columns = (slice(part.start - 1, part.stop + 1) for part in box)
            hole = labels[box] == number
            inside = min(rows.start, columns.start) >= 0 and (
                rows.stop <= mask.shape[0] and columns.stop <= mask.shape[1]
            )
            if not inside or np.count_nonzero(hole) > self.most:
                continue
            hole = np.pad(hole, 1)
            ring = ndimage.binary_dilation(hole) & ~hole
            if np.all(mask[rows, columns][ring] == cluster):
                mask[rows, columns][hole] = cluster
                n_changed += 1
        return n_changed


def _limit_sizes(mask: np.ndarray, index: int, least: int, most: int) -> int:
    """Let components of a class that are smaller or larger become what surrounds them."""
    return replace(
        mask,
        index,
        lambda component: (
            index
            if least <= component.size <= most
            else most_frequent(component.surroundings(mask))
        ),
    )
