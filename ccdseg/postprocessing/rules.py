"""Geometric restrictions: what the shape of a component says about its class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import ndimage

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.postprocessing.components import Component, components_of, most_frequent

_ELONGATED = 3
"""Length of a line in units of its width."""

_ENCLOSED = 0.6
"""Share of hot pixels around what is no line for itself, where it is the crossing of two."""


@dataclass(frozen=True)
class Rule(ABC):
    """One restriction, applied to every component of a class.

    Attributes
    ----------
    name : str
        Name in reports.
    """

    name: ClassVar[str]

    def apply(self, mask: np.ndarray, classes: ClassCatalogue) -> tuple[np.ndarray, int]:
        """Apply the rule to all components.

        Parameters
        ----------
        mask : ndarray
            Class indices, uint8 of shape (H, W).
        classes : ClassCatalogue
            Meaning of the indices.

        Returns
        -------
        mask : ndarray
            A changed copy.
        n_components : int
            Components that were changed.
        """
        changed = mask.copy()
        return changed, self._change(changed, classes)

    @abstractmethod
    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        """Change the mask in place; returns the number of changed components."""


@dataclass(frozen=True)
class HotPixelsAreLines(Rule):
    """Hot pixels are rows, columns or parts of them, alone or crossing.

    A part of a component that is no line becomes glow where it is large and lies in glow, and
    otherwise a cluster.

    Parameters
    ----------
    widest : int
        Greatest width (px) of a line of any length. A wider one, as bright columns that bloom and
        have tails are, must be three times as long.
    glow_size : int
        Number of pixels from which a part that is no line may be glow.
    """

    name: ClassVar[str] = "hot pixels are lines"
    widest: int = 6
    glow_size: int = 400

    def __post_init__(self) -> None:
        _at_least(self, "widest", 1)
        _at_least(self, "glow_size", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster, glow = (classes[name].index for name in ("hot pixel", "cluster", "glowing"))
        before, n_changed = mask.copy(), 0
        for component in components_of(before == hot):
            if min(component.extent) <= self.widest:
                continue
            changes = False
            for part in components_of(self._no_lines(component.pixels)):
                around = part.surroundings(before[component.area])
                if np.mean(around == hot) < _ENCLOSED:
                    in_glow = most_frequent(around[around != hot]) == glow
                    is_glow = in_glow and part.size >= self.glow_size
                    mask[component.area][part.area][part.pixels] = glow if is_glow else cluster
                    changes = True
            n_changed += changes
        return n_changed

    def _no_lines(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels of what is wider than a line along both axes, and not much longer than wide."""
        block = np.ones((self.widest + 1, self.widest + 1), dtype=bool)
        wide = ndimage.binary_opening(pixels, block)
        runs = np.stack([_run_lengths(wide, axis) for axis in (0, 1)])
        return wide & (runs.max(axis=0) < _ELONGATED * runs.min(axis=0))


@dataclass(frozen=True)
class TracksAreWhole(Rule):
    """A hot piece of a row or column between two clusters, one at each end, is part of their track.

    Parameters
    ----------
    longest : int
        Length up to which it may be (px); longer ones are as often parts of hot lines.
    """

    name: ClassVar[str] = "tracks are whole"
    longest: int = 10

    def __post_init__(self) -> None:
        _at_least(self, "longest", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster = (classes[name].index for name in ("hot pixel", "cluster"))

        def whole(component: Component) -> int:
            between = max(component.extent) <= self.longest and component.ends_touch(
                mask[component.area] == cluster
            )
            return cluster if between else hot

        return _replace(mask, hot, whole)


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
        _at_least(self, "shortest", 2)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        hot, cluster = (classes[name].index for name in ("hot pixel", "cluster"))
        return _replace(
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
        _at_least(self, "least", 1)
        _at_least(self, "most", self.least)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        cluster = classes["cluster"].index
        return _replace(
            mask,
            cluster,
            lambda component: (
                cluster
                if self.least <= component.size <= self.most
                else most_frequent(component.surroundings(mask))
            ),
        )


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
        _at_least(self, "least", 1)

    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        glow = classes["glowing"].index
        return _replace(
            mask,
            glow,
            lambda component: (
                glow
                if component.size >= self.least
                else most_frequent(component.surroundings(mask))
            ),
        )


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
        _at_least(self, "most", 1)

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


def _run_lengths(pixels: np.ndarray, axis: int) -> np.ndarray:
    """Number of pixels in the unbroken run along an axis that each pixel is part of."""
    along = np.zeros((3, 3), dtype=bool)
    along[(slice(None), 1) if axis == 0 else (1, slice(None))] = True
    labels, _ = ndimage.label(pixels, along)
    return np.where(pixels, np.bincount(labels.ravel())[labels], 0)


def _replace(mask: np.ndarray, index: int, choose: Callable[[Component], int]) -> int:
    """Give each component of a class the class that `choose` says; returns how many changed."""
    n_changed = 0
    for component in components_of(mask == index):
        chosen = choose(component)
        mask[component.area][component.pixels] = chosen
        n_changed += chosen != index
    return n_changed


def _at_least(rule: Rule, name: str, least: int) -> None:
    value = getattr(rule, name)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(
            f"Rule {rule.name!r}: {name} is {value!r}; give a whole number from {least}."
        )


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
