"""Names of results, and what is done about results that exist already."""

from __future__ import annotations

import json
import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.images_io import HDF5, is_picture, is_stack, stem, suffix_of

logger = logging.getLogger(__name__)


def mask_of(path: Path) -> str:
    """Name of the mask of an image: PNG for a picture, HDF5 or TIFF for a stack, FITS for FITS."""
    return f"{stem(path)}_mask{_suffix_of_mask(path)}"


def cleaned_of(path: Path) -> str:
    """Name of the image without its particles, of the same format."""
    plain = suffix_of(path).removesuffix(".gz") if is_picture(path) or is_stack(path) else ".fits"
    return f"{stem(path)}_clean{plain}"


def filled_of(path: Path) -> str | None:
    """Name of the picture of the pixels that were filled; None where the cleaned file tells it."""
    if is_picture(path) or (is_stack(path) and _suffix_of_mask(path) != HDF5[0]):
        return f"{stem(path)}_filled{_suffix_of_mask(path)}"
    return None


def quality_of(path: Path) -> str:
    """Name of the data quality of its pixels."""
    return f"{stem(path)}_dq.fits"


def probabilities_of(path: Path) -> str:
    """Name of the probabilities of its classes."""
    return f"{stem(path)}_probabilities.fits"


def events_of(path: Path) -> str:
    """Name of the table of events."""
    return f"{stem(path)}_events.ecsv"


def pixels_of(path: Path) -> str:
    """Name of the table of the pixels of events."""
    return f"{stem(path)}_pixels.fits"


def page_of(prefix: str) -> str:
    """Name of the page of an image, whose files begin with `prefix`."""
    return f"{prefix}_report.html"


def thumbnail_of(prefix: str) -> str:
    """Name of the small picture of an image for the index."""
    return f"{prefix}_thumbnail.png"


def regions_of(prefix: str) -> str:
    """Name of the regions of the events of an image."""
    return f"{prefix}_events.reg"


def _suffix_of_mask(path: Path) -> str:
    if is_stack(path):
        return HDF5[0] if suffix_of(path).lower() in HDF5 else ".tif"
    return ".png" if is_picture(path) else ".fits"


def summary_of(path: Path) -> str:
    """Name of the summary."""
    return f"{stem(path)}_summary.json"


def refuse_alike(paths: Sequence[Path], folder: Path) -> None:
    """Raise `InputError` where two images would write the same results."""
    for name, n_images in Counter(map(stem, paths)).items():
        if n_images == 1:
            continue
        alike = ", ".join(str(path) for path in paths if stem(path) == name)
        raise InputError(
            f"{n_images} images would all write {folder / name}_…: {alike}; segment them in "
            "separate calls with different --output."
        )


def refuse_results(paths: Sequence[Path], folder: Path, *, clean: bool, overwrite: bool) -> None:
    """Raise `InputError` where results exist and `overwrite` was not asked for."""
    for path in paths:
        cleaned = [name for name in (cleaned_of(path), filled_of(path)) if name] if clean else []
        for result in (mask_of(path), *cleaned, events_of(path), summary_of(path)):
            refuse_existing(folder / result, overwrite=overwrite)


def read_summary(folder: Path, path: Path) -> dict | None:
    """Summary of the results of an image of the same name; None where there is none."""
    try:
        summary = json.loads((folder / summary_of(path)).read_text(encoding="utf-8"))
        summary["results"], summary["source"], summary["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return summary


def complete_results(folder: Path, path: Path, *, model: str) -> dict | None:
    """Summary of an image whose results by a model are all there; None where they are not.

    Results of which a killed run moved a part alone into the folder are removed.
    """
    summary = read_summary(folder, path)
    if summary is None or (summary["source"], summary["model"]) != (str(path.resolve()), model):
        return None
    names = earlier_results(folder, path)
    if all((folder / name).exists() for name in names):
        return summary
    remove_results(folder, names)
    return None


def find_complete(
    paths: Sequence[Path], folder: Path, *, model: str, report: bool = False
) -> dict[Path, dict]:
    """Summaries of the images whose results by a model are all there, with pages if wanted."""
    found = {path: complete_results(folder, path, model=model) for path in paths}
    complete = {
        path: summary
        for path, summary in found.items()
        if summary is not None and (has_pages(summary) or not report)
    }
    if complete:
        logger.info("%d of %d files have their results already.", len(complete), len(paths))
    return complete


def has_pages(summary: dict) -> bool:
    """Whether each image of a file has its page."""
    pages = (page_of(image["prefix"]) for image in summary["hdus"] if "prefix" in image)
    return sum(page in summary["results"] for page in pages) == len(summary["hdus"])


def earlier_results(folder: Path, path: Path) -> set[str]:
    """Names of what an earlier run wrote for an image of the same name."""
    summary = read_summary(folder, path) or {"results": []}
    return {Path(result).name for result in summary["results"] if isinstance(result, str)}


def remove_results(folder: Path, names: set[str]) -> None:
    """Remove what an earlier run wrote and this one does not replace."""
    for path in (folder / name for name in names):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
