"""Libraries of clusters: deposits in keV per pixel that the simulation pastes into images."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

import numpy as np

from ccdseg.errors import InputError
from ccdseg.files import read_npz, write_npz

MINIMUM_ENERGY = 0.001
"""Deposits below one eV per pixel are dropped (keV)."""

_FIELDS = ("rows", "columns", "energies", "offsets")


@dataclass(frozen=True, eq=False)
class ClusterLibrary(Sequence[np.ndarray]):
    """Many clusters, stored pixel by pixel; `library[i]` is the i-th as a picture (keV).

    Attributes
    ----------
    rows, columns : ndarray of int16
        Position of each deposit in its cluster's bounding box (px).
    energies : ndarray of float32
        Energy of each deposit (keV).
    offsets : ndarray of int64
        Cluster i holds the deposits ``offsets[i]:offsets[i + 1]``.
    """

    rows: np.ndarray
    columns: np.ndarray
    energies: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        index = range(len(self))[index]
        part = slice(self.offsets[index], self.offsets[index + 1])
        cluster = np.zeros((self.heights[index], self.widths[index]), dtype=np.float32)
        cluster[self.rows[part], self.columns[part]] = self.energies[part]
        return cluster

    def __repr__(self) -> str:
        return f"ClusterLibrary({len(self)} clusters, {self.total_energies.max():.0f} keV at most)"

    @cached_property
    def heights(self) -> np.ndarray:
        """Number of rows of each cluster (px)."""
        return np.maximum.reduceat(self.rows, self.offsets[:-1]).astype(np.int64) + 1

    @cached_property
    def widths(self) -> np.ndarray:
        """Number of columns of each cluster (px)."""
        return np.maximum.reduceat(self.columns, self.offsets[:-1]).astype(np.int64) + 1

    @cached_property
    def largest(self) -> int:
        """Greatest height or width of any cluster (px)."""
        return int(max(self.heights.max(), self.widths.max()))

    @cached_property
    def total_energies(self) -> np.ndarray:
        """Energy of each cluster (keV)."""
        return np.add.reduceat(self.energies, self.offsets[:-1])

    @classmethod
    def from_arrays(
        cls, clusters: Iterable[np.ndarray], *, source: str = "library"
    ) -> ClusterLibrary:
        """Build a library of 2-D pictures, each in keV per pixel.

        Raises
        ------
        InputError
            If a picture is not two-dimensional, numeric, finite and without negative values,
            or none holds any energy.
        """
        parts = [_sparse(cluster, f"{source}, cluster {i}") for i, cluster in enumerate(clusters)]
        parts = [part for part in parts if len(part[2])]
        if not parts:
            raise InputError(f"{source} holds no cluster with any energy.")
        rows, columns, energies = (np.concatenate(values) for values in zip(*parts, strict=True))
        offsets = np.cumsum([0] + [len(part[2]) for part in parts])
        return cls(rows, columns, energies, offsets)

    def save(self, path: str | Path) -> None:
        """Write the library as a compressed `.npz` file."""
        write_npz(path, {name: getattr(self, name) for name in _FIELDS})


def _sparse(cluster: np.ndarray, where: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    cluster = np.asarray(cluster)
    if cluster.ndim != 2 or cluster.dtype.kind not in "fiu":
        raise InputError(
            f"{where} is {cluster.ndim}-dimensional of type {cluster.dtype}; "
            "a cluster is a 2-D array of numbers (keV per pixel)."
        )
    if not np.all(np.isfinite(cluster)) or np.any(cluster < 0):
        raise InputError(f"{where} holds negative or non-finite energies; they are keV per pixel.")
    if max(cluster.shape) > np.iinfo(np.int16).max:
        raise InputError(f"{where} has the shape {cluster.shape}; neither may exceed 32767 px.")
    rows, columns = np.nonzero(cluster >= MINIMUM_ENERGY)
    energies = cluster[rows, columns].astype(np.float32)
    if len(rows):
        rows, columns = rows - rows.min(), columns - columns.min()
    return rows.astype(np.int16), columns.astype(np.int16), energies


def load_cluster_library(path: str | Path) -> ClusterLibrary:
    """Read a cluster library.

    Parameters
    ----------
    path : str or Path
        A `.npz` written by `ClusterLibrary.save`, any `.npz` of 2-D arrays (keV per pixel), or
        the pickled list of arrays (`.pkl`) of the original application. A pickle is read by an
        unpickler that admits numpy arrays and nothing else.

    Returns
    -------
    ClusterLibrary

    Raises
    ------
    InputError
        If the file is missing, damaged, or holds anything but arrays.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"No cluster library {path}.")
    if zipfile.is_zipfile(path):
        return _load_npz(path)
    return ClusterLibrary.from_arrays(_load_pickle(path), source=str(path))


@cache
def default_library() -> ClusterLibrary:
    """Library that ships with the package, made by ``ccdseg simulate clusters``."""
    with resources.as_file(resources.files("ccdseg.simulation") / "data" / "clusters.npz") as path:
        return load_cluster_library(path)


def _load_npz(path: Path) -> ClusterLibrary:
    arrays = read_npz(path)
    if set(arrays) != set(_FIELDS):
        return ClusterLibrary.from_arrays(arrays.values(), source=str(path))
    library = ClusterLibrary(**arrays)
    _check_layout(library, path)
    return library


def _check_layout(library: ClusterLibrary, path: Path) -> None:
    arrays = [getattr(library, name) for name in _FIELDS]
    rows, columns, energies, offsets = arrays
    consistent = (
        all(array.ndim == 1 for array in arrays)
        and all(array.dtype.kind in "iu" for array in (rows, columns, offsets))
        and energies.dtype.kind == "f"
        and len(rows) == len(columns) == len(energies)
        and len(offsets) > 1
        and offsets[0] == 0
        and offsets[-1] == len(rows)
        and np.all(np.diff(offsets) > 0)
        and min(rows.min(), columns.min()) >= 0
        and bool(np.all(np.isfinite(energies) & (energies >= 0)))
    )
    if not consistent:
        raise InputError(f"{path}: rows, columns, energies and offsets do not fit each other.")


class _ArrayUnpickler(pickle.Unpickler):
    """Admits what a pickled numpy array needs, under the names of old and new numpy."""

    _ADMITTED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy.core.numeric", "_frombuffer"),
            ("numpy._core.numeric", "_frombuffer"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in self._ADMITTED:
            raise InputError(f"it names {module}.{name}, and only numpy arrays are admitted")
        if module == "_codecs":
            return _encode_latin1
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def _encode_latin1(text: str, encoding: str = "latin1") -> bytes:
    """Stand in for the codec call with which old pickles write bytes."""
    if encoding != "latin1":
        raise InputError(f"it asks for the codec {encoding!r}, and only latin1 is admitted")
    return text.encode("latin1")


def _load_pickle(path: Path) -> list[np.ndarray]:
    try:
        loaded = _ArrayUnpickler(io.BytesIO(path.read_bytes())).load()
    except InputError as error:
        raise InputError(f"{path} is refused: {_one_line(error)}.") from None
    except Exception as error:  # noqa: BLE001 - a damaged pickle can raise anything
        raise InputError(
            f"{path} is neither a .npz file nor a readable pickle of arrays "
            f"({type(error).__name__}: {_one_line(error)})."
        ) from None
    if not isinstance(loaded, list) or not all(type(item) is np.ndarray for item in loaded):
        raise InputError(f"{path} is not a plain list of numpy arrays.")
    return loaded


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
