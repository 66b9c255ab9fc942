"""What the results of an image are called."""

from __future__ import annotations

from pathlib import Path

from ccdseg.images_io import is_picture
from ccdseg.images_io.files import stem


def mask_of(path: Path) -> str:
    """Name of its mask: PNG for a picture, FITS for a FITS file."""
    return f"{stem(path)}_mask.{'png' if is_picture(path) else 'fits'}"


def cleaned_of(path: Path) -> str:
    """Name of the image without its particles: a picture of the same format, or FITS."""
    return f"{stem(path)}_clean{path.suffix if is_picture(path) else '.fits'}"


def events_of(path: Path) -> str:
    """Name of its table of events."""
    return f"{stem(path)}_events.ecsv"


def summary_of(path: Path) -> str:
    """Name of its summary."""
    return f"{stem(path)}_summary.json"


def results_of(path: Path, *, clean: bool) -> list[str]:
    """Names of the results whose number does not depend on what the file holds."""
    cleaned = [cleaned_of(path)] if clean else []
    return [mask_of(path), *cleaned, events_of(path), summary_of(path)]
