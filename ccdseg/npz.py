"""Reading and writing `.npz` files: arrays by name, nothing that can run code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile

from ccdseg.errors import InputError
from ccdseg.files import atomic_path


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a file.

    Raises
    ------
    InputError
        Where the file is no `.npz`, is damaged, or holds anything but plain arrays.
    """
    try:
        with path.open("rb") as stream, NpzFile(stream, allow_pickle=False) as archive:
            arrays = {name: np.asarray(archive[name]) for name in archive.files}
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} cannot be read as .npz ({reason}).") from None
    return arrays


def write_npz(path: str | Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays compressed, under their names."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
