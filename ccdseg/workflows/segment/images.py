"""Images among the results of a file: its masks, and the file without its particles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg import fits_io
from ccdseg.errors import InputError
from ccdseg.images_io import (
    is_picture,
    is_stack,
    split_address,
    write_cleaned_picture,
    write_mask_png,
)
from ccdseg.images_io.stacks import write_cleaned_stack, write_stack_masks
from ccdseg.version import package_version
from ccdseg.workflows.segment.existing import probabilities_of, quality_of
from ccdseg.workflows.segment.frame_result import FrameResult


def write_masks(path: Path, results: Sequence[FrameResult], events: QTable | None) -> None:
    """Write the masks of a FITS file or stack with the table of events, or that of a picture."""
    source, masks, settings = _contents(results)
    labels = () if events is None else (result.event_labels for result in results)
    if is_stack(source):
        write_stack_masks(path, masks, **settings, events=events, labels=labels)
    elif is_picture(source):
        note = f"Mask made by {_author(results)}"
        write_mask_png(path, masks[0], classes=settings["classes"], note=note)
    else:
        fits_io.write_masks(path, masks, **settings, events=events, labels=list(labels))


def write_planes(folder: Path, results: Sequence[FrameResult], *, dq: bool) -> None:
    """Write data quality and probabilities as FITS, where they are wanted."""
    source, _, settings = _contents(results)
    if dq:
        planes = [result.quality for result in results]
        bits = results[0].quality_bits
        about = {key: settings[key] for key in ("frames", "model")}
        fits_io.write_quality(folder / quality_of(source), planes, bits=bits, **about)
    planes = [result.probabilities for result in results]
    if planes[0] is not None:
        fits_io.write_probabilities(folder / probabilities_of(source), planes, **settings)


def write_cleaned(path: Path, results: Sequence[FrameResult], *, map_path: Path | None) -> None:
    """Write the file without its particles, and, where it has no place, what was filled.

    Raises
    ------
    InputError
        If there is no file, or it cannot be written without its particles.
    """
    source, masks, settings = _contents(results)
    if not split_address(source)[0].is_file():
        raise InputError(f"No file {source} to clean; leave clean out for an array.")
    if is_stack(source):
        write_cleaned_stack(path, masks, **settings, map_path=map_path)
    elif is_picture(source):
        write_cleaned_picture(
            path,
            masks[0],
            source=source,
            classes=settings["classes"],
            section=settings["frames"][0].section,
            invalid=~np.isfinite(settings["frames"][0].data),
            note=f"Cleaned by {_author(results)}",
            map_path=map_path,
        )
    else:
        fits_io.write_cleaned(path, masks, **settings)


def _contents(results: Sequence[FrameResult]) -> tuple[Path, list[np.ndarray], dict]:
    """File, masks, and what else their writers take."""
    first, frames = results[0], [result.frame for result in results]
    settings = {"frames": frames, "classes": first.classes, "model": first.model}
    return first.frame.path, [result.mask for result in results], settings


def _author(results: Sequence[FrameResult]) -> str:
    return f"ccdseg {package_version()} with the model {results[0].model}"
