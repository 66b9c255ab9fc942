"""A rule: restriction of the shape or the surroundings of the components of a class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ccdseg.arrays import copy_of
from ccdseg.classes import ClassCatalogue
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
