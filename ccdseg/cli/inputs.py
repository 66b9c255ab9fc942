"""Which frames a call is about, and what their results are called."""

from __future__ import annotations

from collections import Counter
from glob import glob
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.files import refuse_existing

_SUFFIXES = (".fits", ".fits.gz", ".fits.fz", ".fit", ".fts", ".fit.gz", ".fts.gz")


def list_frames(names: list[str]) -> list[Path]:
    """Files of a list of files, folders and patterns, each once, in the order given."""
    paths: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = sorted(p for p in path.iterdir() if p.name.lower().endswith(_SUFFIXES))
            if not found:
                raise InputError(f"The folder {path} holds no FITS file ({', '.join(_SUFFIXES)}).")
        elif path.is_file():
            found = [path]
        else:
            found = [Path(match) for match in sorted(glob(name))]  # noqa: PTH207 - a pattern may be absolute
            if not found:
                raise InputError(f"No such file: {name}")
        paths |= dict.fromkeys(found)
    return list(paths)


def stem(path: Path) -> str:
    """Name of a frame without the suffixes of FITS and compression."""
    name = path.name
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return path.stem


def refuse_results(paths: list[Path], folder: Path, *, overwrite: bool) -> None:
    """Raise where two frames would write the same results, or where results exist."""
    name, n_frames = Counter(map(stem, paths)).most_common(1)[0]
    if n_frames > 1:
        raise InputError(
            f"{n_frames} frames would all write {folder / name}_mask.fits; "
            "segment them in separate calls with different --output."
        )
    for path in paths:
        refuse_existing(folder / f"{stem(path)}_mask.fits", overwrite=overwrite)
