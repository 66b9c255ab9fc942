"""Geometric restrictions of a mask: rules applied one after the other, with a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy.table import QTable

from ccdseg.arrays import strips
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.postprocessing.rule import Rule
from ccdseg.postprocessing.rules import default_rules


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
    mask: np.ndarray, rules: Sequence[Rule] | None = None, *, classes: ClassCatalogue = CLASSES
) -> RestrictedMask:
    """Apply rules one after the other.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W); it stays as it is.
    rules : sequence of Rule, optional
        Rules in the order of their application; by default those of `default_rules`.
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
    for rule in default_rules(classes) if rules is None else rules:
        changed, n_components = rule.apply(mask, classes)
        changes.append((rule.name, n_components, _count_different(mask, changed)))
        mask = changed
    names = ("rule", "components", "pixels")
    return RestrictedMask(mask, QTable(rows=changes, names=names, dtype=(np.str_, int, int)))


def _count_different(first: np.ndarray, second: np.ndarray) -> int:
    """Number of pixels of which two masks differ."""
    return sum(int(np.count_nonzero(first[rows] != second[rows])) for rows in strips(first, second))
