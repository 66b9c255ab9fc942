"""Choices of a segmentation, checked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.postprocessing import RULES, Rule, default_rules

AUTO = "auto"
"""What each frame shows by itself: pedestal, noise and gain, or the signal of one photon."""


def check_bright(electrons: float) -> float:
    """Charge of a bright pixel (e⁻), above 0; raises `InputError`."""
    number = isinstance(electrons, int | float) and not isinstance(electrons, bool)
    if not (number and 0 < electrons < inf):
        raise InputError(f"A bright pixel has {electrons!r} e⁻; give a number above 0.")
    return electrons


def check_time(name: str, seconds: float | None) -> float | None:
    """Time (s) from 0, or None for that of the header; raises `InputError`."""
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not (seconds is None or (number and 0 <= seconds < inf)):
        raise InputError(f"The {name} is {seconds!r}; give seconds from 0.")
    return seconds


def check_photons(photons: float | str | None) -> None:
    """Raise `InputError` where the signal of a photon is none."""
    number = isinstance(photons, int | float) and not isinstance(photons, bool)
    if not (photons in (None, AUTO) or (number and 0 < photons < inf)):
        raise InputError(
            f"The signal of a photon is {photons!r}; give ADU above 0, 'auto', or None for none."
        )


def find_rules(names: Sequence[Rule | str] | None, classes: ClassCatalogue) -> tuple[Rule, ...]:
    """Rules by their names, words joined by blanks or dashes; the default ones for None."""
    if names is None:
        return tuple(default_rules(classes))
    if isinstance(names, str | Rule):
        names = (names,)
    return tuple(name if isinstance(name, Rule) else _find_rule(name) for name in names)


def _find_rule(name: str) -> Rule:
    rule = RULES.get(name.replace("-", " "))
    if rule is None:
        raise InputError(f"Unknown restriction {name!r}; the restrictions are: {', '.join(RULES)}.")
    return rule()
