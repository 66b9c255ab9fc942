"""Libraries of the extra ``beamline``, imported where they are needed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from ccdseg.errors import InputError


def import_extra(name: str, path: Path) -> ModuleType:
    """Import a library that a file needs.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise InputError(
            f"{path} needs the package {name}; install it with: pip install 'ccdseg[beamline]'"
        ) from None
