"""What segmenting an image leaves behind: mask, events, cleaned image, pictures, a summary."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg.cli.result_names import cleaned_of, events_of, mask_of, summary_of
from ccdseg.cli.result_pictures import write_pictures
from ccdseg.cli.segmented import Segmented
from ccdseg.events import stack_events
from ccdseg.fits_io import Frame, write_cleaned, write_masks
from ccdseg.fits_io.signature import Signatory
from ccdseg.images_io import is_picture, write_cleaned_picture, write_mask_png
from ccdseg.version import __version__


def write_results(
    segmented: list[Segmented], model: Signatory, folder: Path, *, find: str | None, clean: bool
) -> dict:
    """Write the results of one file into `folder`, and return the summary.

    Parameters
    ----------
    segmented : list of Segmented
        The frames of the file; a picture is one.
    model : Signatory
        What segmented them.
    folder : Path
        Where to write.
    find : str or None
        Class of which sections are drawn.
    clean : bool
        Whether the file is written without its particles.
    """
    path = segmented[0].frame.path
    write_pictures(segmented, model.classes, folder, find=find)
    events = _all_events(segmented, model.name)
    if events is not None:
        events.write(folder / events_of(path), format="ascii.ecsv")
    _write_masks(segmented, model, folder, events=events)
    if clean:
        _write_cleaned(segmented, model, folder)
    summary = {
        "file": path.name,
        "model": model.name,
        "ccdseg": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hdus": [result.summary(model.classes) for result in segmented],
        "results": sorted([*(entry.name for entry in folder.iterdir()), summary_of(path)]),
    }
    text = json.dumps(summary, indent=2) + "\n"
    (folder / summary_of(path)).write_text(text, encoding="utf-8")
    return summary


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


def describe(summary: dict, folder: Path) -> str:
    """Few lines that say what was found and where the results are."""
    lines = [f"{summary['file']} → {folder}/: {', '.join(summary['results'])}"]
    for hdu in summary["hdus"]:
        found = ", ".join(
            f"{name} {row['percent']:.2f} % ({row['components']})"
            for name, row in hdu["classes"].items()
        )
        lines.append(f"  {hdu['hdu']}: {found}; {hdu['seconds']:.1f} s")
        lines += (
            f"    {change['rule']}: {change['components']} components, {change['pixels']} px"
            for change in hdu["restrictions"]
        )
    return "\n".join(lines)


def _all_events(segmented: list[Segmented], model: str) -> QTable | None:
    """Events of all frames in one table that says where they come from."""
    tables = [result.events for result in segmented if result.events is not None]
    if not tables:
        return None
    events = stack_events(tables)
    events.meta = {
        "file": segmented[0].frame.path.name,
        "model": model,
        "ccdseg": __version__,
        "detectors": {result.frame.label: result.detector for result in segmented},
    }
    return events


def _write_masks(
    segmented: list[Segmented], model: Signatory, folder: Path, *, events: QTable | None
) -> None:
    """Write the masks of a FITS file with the table of events, or that of a picture."""
    masks, frames = _masks_and_frames(segmented)
    path = folder / mask_of(frames[0].path)
    if is_picture(frames[0].path):
        write_mask_png(path, masks[0], model.classes, note=f"Mask made by {_author(model)}")
    else:
        write_masks(path, masks, frames, classes=model.classes, model=model.name, events=events)


def _write_cleaned(segmented: list[Segmented], model: Signatory, folder: Path) -> None:
    masks, frames = _masks_and_frames(segmented)
    path = folder / cleaned_of(frames[0].path)
    if is_picture(frames[0].path):
        write_cleaned_picture(
            path,
            masks[0],
            source=frames[0].path,
            classes=model.classes,
            section=frames[0].section,
            note=f"Cleaned by {_author(model)}",
        )
    else:
        write_cleaned(path, masks, frames, segmenter=model)


def _masks_and_frames(segmented: list[Segmented]) -> tuple[list[np.ndarray], list[Frame]]:
    return [result.mask for result in segmented], [result.frame for result in segmented]


def _author(model: Signatory) -> str:
    return f"ccdseg {__version__} with the model {model.name}"
