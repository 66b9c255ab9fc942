"""Geometric restrictions of a mask: the base of all rules, and their application with a report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from astropy.table import QTable

from ccdseg.arrays import copy_of, strips
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.postprocessing.connected_components import ConnectedComponent, connected_components


@dataclass(frozen=True)
class Rule(ABC):
    """Restriction of the shape or the surroundings of the components of a class.

    Attributes
    ----------
    name : str
        Name in reports and on the command line.
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
            Number of changed components.
        """
        changed = copy_of(mask)
        return changed, self._change(changed, classes)

    @abstractmethod
    def _change(self, mask: np.ndarray, classes: ClassCatalogue) -> int:
        """Change the mask in place; returns the number of changed components."""


@dataclass(frozen=True, eq=False)
class RestrictedMask:
    """A mask after some rules.

    Attributes
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W).
    changes : astropy.table.QTable
        One row per rule: ``rule``, and the numbers of ``components`` and ``pixels`` it changed.
    """

    mask: np.ndarray
    changes: QTable


def restrict(
    mask: np.ndarray, rules: Sequence[Rule], *, classes: ClassCatalogue = CLASSES
) -> RestrictedMask:
    """Apply rules one after the other.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W); it stays as it is.
    rules : sequence of Rule
        Rules in the order of their application, as from `default_rules`.
    classes : ClassCatalogue
        Meaning of the indices.

    Returns
    -------
    RestrictedMask

    Raises
    ------
    InputError
        If the mask is no image of class indices, or a rule needs a class that does not exist.
    """
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype.kind not in "iu":
        raise InputError(
            f"The mask has shape {mask.shape} and type {mask.dtype}; give class indices of shape "
            "(rows, columns)."
        )
    classes.check_indices(mask)
    changes = []
    for rule in rules:
        changed, n_components = rule.apply(mask, classes)
        changes.append((rule.name, n_components, _count_different(mask, changed)))
        mask = changed
    names = ("rule", "components", "pixels")
    return RestrictedMask(mask, QTable(rows=changes, names=names, dtype=(np.str_, int, int)))


def _count_different(first: np.ndarray, second: np.ndarray) -> int:
    """Number of pixels of which two masks differ."""
    return sum(int(np.count_nonzero(first[rows] != second[rows])) for rows in strips(first, second))


def relabel(mask: np.ndarray, index: int, choose: Callable[[ConnectedComponent], int]) -> int:
    """Give each component of a class the index that `choose` returns; returns how many changed."""
    n_changed = 0
    for component in connected_components(mask, index):
        chosen = choose(component)
        mask[component.area][component.pixels] = chosen
        n_changed += chosen != index
    return n_changed


def check_at_least(rule: Rule, name: str, least: int) -> None:
    """Refuse a parameter of a rule that is no whole number from `least`."""
    value = getattr(rule, name)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(
            f"Rule {rule.name!r}: {name} is {value!r}; give a whole number from {least}."
        )
