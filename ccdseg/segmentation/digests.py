"""Digests of a model's files: what is damaged, or of another model, is not used."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.segmentation.store import CONVERTED, DESCRIPTION, NETWORK


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_network(folder: Path, description: dict) -> None:
    """Check that the network is the one that a model's description is about, where it says.

    Raises
    ------
    InputError
        If the file is missing or another one.
    """
    path = folder / NETWORK
    if not path.is_file():
        raise InputError(f"{path} is missing; copy the model's folder anew.")
    _check_digest(path, description.get("network", {}).get("sha256"))


def describe_converted(folder: Path) -> dict:
    """Digests by which `check_converted` knows a converted network and what it was made of."""
    return {
        "of": digest(folder / NETWORK),
        "graph": digest(folder / CONVERTED),
        "weights": digest((folder / CONVERTED).with_suffix(".bin")),
    }


def check_converted(folder: Path, description: dict) -> None:
    """Check that the converted network is whole, and was made of the network beside it.

    Raises
    ------
    InputError
        If a file is missing or another one, or the network is another one.
    """
    network = description["network"]
    if network["converted"]["of"] != network["sha256"]:
        raise InputError(f"{folder / CONVERTED} is of another {NETWORK}; save the model anew.")
    for name, suffix in (("graph", ".xml"), ("weights", ".bin")):
        path = (folder / CONVERTED).with_suffix(suffix)
        if not path.is_file():
            raise InputError(f"{path} is missing; copy the model's folder anew.")
        _check_digest(path, network["converted"][name])


def _check_digest(path: Path, expected: str | None) -> None:
    if expected is not None and digest(path) != expected:
        raise InputError(
            f"{path} is damaged or of another model (its SHA-256 is not that in {DESCRIPTION}); "
            "copy the model's folder anew."
        )
