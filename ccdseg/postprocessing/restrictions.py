"""Applying rules one after the other, with a report of what each changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy.table import QTable

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.postprocessing.rule import Rule


@dataclass(frozen=True, eq=False)
class Restricted:
    """A mask after some rules.

    Attributes
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W).
    changes : astropy.table.QTable
        One row per rule: ``rule``, and how many ``components`` and ``pixels`` it changed.
    """

    mask: np.ndarray
    changes: QTable


def restrict(
    mask: np.ndarray, rules: Sequence[Rule], *, classes: ClassCatalogue = CLASSES
) -> Restricted:
    """Apply rules one after the other.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W); it stays as it is.
    rules : sequence of Rule
        What is applied, in this order.
    classes : ClassCatalogue
        Meaning of the indices.

    Returns
    -------
    Restricted

    Raises
    ------
    InputError
        Where the mask is no image of class indices, or a rule needs a class that does not exist.
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
        changes.append((rule.name, n_components, np.count_nonzero(changed != mask)))
        mask = changed
    names = ("rule", "components", "pixels")
    table = QTable(rows=changes, names=names, dtype=(np.str_, int, int))
    return Restricted(mask, table)


def apply_restrictions(
    mask: np.ndarray, rules: Sequence[Rule], *, classes: ClassCatalogue = CLASSES
) -> np.ndarray:
    """Mask after the rules; see `restrict`, which reports what each changed."""
    return restrict(mask, rules, classes=classes).mask
