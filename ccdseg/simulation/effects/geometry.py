"""A frame seen from one of its edges or corners, so that an effect is written once for all."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from ccdseg.errors import InputError

T = TypeVar("T")


def chosen(options: dict[str, T], name: str, what: str) -> T:
    """Return the option called `name`; `what` says in the error what was to be chosen."""
    if name not in options:
        raise InputError(f"The {what} is {name!r}; choose one of: {', '.join(options)}.")
    return options[name]


def from_edge(frame: np.ndarray, edge: str) -> np.ndarray:
    """View of a frame (H, W) whose first axis counts pixels from `edge` inwards."""
    views = {
        "left": frame.T,
        "right": frame.T[::-1],
        "top": frame,
        "bottom": frame[::-1],
    }
    return chosen(views, edge, "edge")


def from_corner(frame: np.ndarray, corner: str) -> np.ndarray:
    """View of a frame (H, W) whose rows and columns count from `corner` inwards."""
    views = {
        "top left": frame,
        "top right": frame[:, ::-1],
        "bottom left": frame[::-1],
        "bottom right": frame[::-1, ::-1],
    }
    return chosen(views, corner, "corner")
