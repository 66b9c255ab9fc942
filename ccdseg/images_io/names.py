"""Names of image files: what they end on, what they stand for, and a data set within a file."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from ccdseg import fits_io

INSIDE = "::"
"""Separates a file from the data set in it: ``scan.h5::/entry/data/data``."""

HDF5 = (".h5", ".hdf5", ".nxs", ".cxi")
EDF = (".edf", ".edf.gz")
CBF = (".cbf", ".cbf.gz")
_TIFF = (".tif", ".tiff")
_PICTURES = (".png", *_TIFF)
SUFFIXES = (*fits_io.SUFFIXES, *_PICTURES, *HDF5, *EDF, *CBF)
"""Ends of the names of image files, in lower case."""

_EIGER_DATA = re.compile(r"(.+)_data_\d+\.h5")


def split_address(path: str | Path) -> tuple[Path, str | None]:
    """File, and name of the data set in it; None where the path names none."""
    file, separator, inside = str(path).partition(INSIDE)
    return Path(file), inside if separator else None


def has_suffix(path: str | Path, suffixes: tuple[str, ...]) -> bool:
    """Whether the file of a path has one of these ends."""
    return split_address(path)[0].name.lower().endswith(suffixes)


def is_tiff(path: str | Path) -> bool:
    """Whether the name is that of a TIFF."""
    return has_suffix(path, _TIFF)


def is_picture(path: str | Path) -> bool:
    """Whether the name is that of a PNG or TIFF, and no stack of images is in it."""
    return has_suffix(path, _PICTURES) and not is_stack(path)


def is_stack(path: str | Path) -> bool:
    """Whether the name is that of HDF5, EDF or CBF, or of a TIFF that exists with several images.

    Such a file holds any number of images, which are read one by one. What names a data set is
    one too.
    """
    file, inside = split_address(path)
    if inside is None and is_tiff(file):
        return file.is_file() and _has_images(file, file.stat().st_mtime_ns)
    return inside is not None or has_suffix(file, (*HDF5, *EDF, *CBF))


def stem(path: str | Path) -> str:
    """Name of a file without the suffixes of images and compression."""
    name = split_address(path)[0].name
    return name.removesuffix(suffix_of(path))


def suffix_of(path: str | Path) -> str:
    """Suffix of a file as it is written, that of a compression with it: ``.fits.fz``."""
    file = split_address(path)[0]
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if file.name.lower().endswith(suffix):
            return file.name[-len(suffix) :]
    return file.suffix


def short_name(path: str | Path) -> str:
    """Name of a file without its folder, and of the data set in it."""
    file, inside = split_address(path)
    return file.name if inside is None else f"{file.name}{INSIDE}{inside}"


def image_files_in(folder: Path) -> list[Path]:
    """Files of a folder that are images by their names, sorted; hidden ones are left out.

    So are HDF5 files ``NAME_data_000001.h5`` beside ``NAME_master.h5``, which stands for them.
    """
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")
    ]
    names = {path.name for path in found}

    def is_part(path: Path) -> bool:
        match = _EIGER_DATA.fullmatch(path.name)
        return match is not None and f"{match[1]}_master.h5" in names

    return [path for path in found if not is_part(path)]


@lru_cache(maxsize=4096)
def _has_images(path: Path, _modified: int) -> bool:
    """Whether a TIFF holds several images; one that cannot be read holds none."""
    from ccdseg.images_io.stacks.tiff import count_images

    try:
        return count_images(path) > 1
    except Exception:  # noqa: BLE001 - damaged bytes can raise anything, when it is read at last
        return False
