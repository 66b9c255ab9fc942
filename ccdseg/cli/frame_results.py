"""What segmenting an image leaves behind: mask, events, cleaned image, pictures, a summary."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from astropy.table import QTable

from ccdseg.cli.result_names import cleaned_of, events_of, mask_of, summary_of
from ccdseg.cli.result_pictures import write_pictures
from ccdseg.cli.segmented import Segmented
from ccdseg.events import stack_events
from ccdseg.fits_io import write_cleaned, write_masks
from ccdseg.fits_io.signature import Signatory
from ccdseg.picture_files import is_picture, write_cleaned_picture, write_mask_png
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
    write = _write_picture_masks if is_picture(path) else _write_fits_masks
    write(segmented, model, folder, events=events, clean=clean)
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


def _write_fits_masks(
    segmented: list[Segmented],
    model: Signatory,
    folder: Path,
    *,
    events: QTable | None,
    clean: bool,
) -> None:
    masks, frames = ([getattr(r, name) for r in segmented] for name in ("mask", "frame"))
    path = frames[0].path
    write_masks(
        folder / mask_of(path),
        masks,
        frames,
        classes=model.classes,
        model=model.name,
        events=events,
    )
    if clean:
        write_cleaned(folder / cleaned_of(path), masks, frames, segmenter=model)


def _write_picture_masks(
    segmented: list[Segmented], model: Signatory, folder: Path, *, clean: bool, **_: object
) -> None:
    ((mask, frame),) = ((result.mask, result.frame) for result in segmented)
    by = f"ccdseg {__version__} with the model {model.name}"
    write_mask_png(folder / mask_of(frame.path), mask, model.classes, note=f"Mask made by {by}")
    if clean:
        write_cleaned_picture(
            folder / cleaned_of(frame.path),
            mask,
            source=frame.path,
            classes=model.classes,
            section=frame.section,
            note=f"Cleaned by {by}",
        )
