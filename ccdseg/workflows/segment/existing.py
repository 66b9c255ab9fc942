"""Names of results, and what is done about results that exist already."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.images_io import is_picture, stem


def mask_of(path: Path) -> str:
    """Name of the mask of an image: PNG for a picture, FITS for a FITS file."""
    return f"{stem(path)}_mask.{'png' if is_picture(path) else 'fits'}"


def cleaned_of(path: Path) -> str:
    """Name of the image without its particles: a picture of the same format, or FITS."""
    return f"{stem(path)}_clean{path.suffix if is_picture(path) else '.fits'}"


def events_of(path: Path) -> str:
    """Name of the table of events."""
    return f"{stem(path)}_events.ecsv"


def summary_of(path: Path) -> str:
    """Name of the summary."""
    return f"{stem(path)}_summary.json"


def refuse_results(paths: Sequence[Path], folder: Path, *, clean: bool, overwrite: bool) -> None:
    """Raise where two images would write the same results, or where results exist."""
    name, n_images = Counter(map(stem, paths)).most_common(1)[0]
    if n_images > 1:
        alike = ", ".join(str(path) for path in paths if stem(path) == name)
        raise InputError(
            f"{n_images} images would all write {folder / name}_…: {alike}; segment them in "
            "separate calls with different --output."
        )
    for path in paths:
        cleaned = [cleaned_of(path)] if clean else []
        for result in (mask_of(path), *cleaned, events_of(path), summary_of(path)):
            refuse_existing(folder / result, overwrite=overwrite)


def earlier_results(folder: Path, path: Path) -> set[str]:
    """Names of what an earlier run wrote for an image of the same name."""
    try:
        summary = json.loads((folder / summary_of(path)).read_text(encoding="utf-8"))
        return {Path(result).name for result in summary["results"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def remove_results(folder: Path, names: set[str]) -> None:
    """Remove what an earlier run wrote and this one does not replace."""
    for path in (folder / name for name in names):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
