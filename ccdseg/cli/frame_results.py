"""What segmenting a FITS file leaves behind: masks, events, pictures, a summary."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from astropy.table import QTable
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue
from ccdseg.cli.inputs import stem
from ccdseg.cli.segmented import Segmented
from ccdseg.events import stack_events
from ccdseg.fits_io import Frame, write_masks, write_regions
from ccdseg.fits_io.writing import Signatory
from ccdseg.tiling import tiles_with
from ccdseg.version import __version__


def write_results(
    segmented: list[Segmented], model: Signatory, folder: Path, *, find: str | None
) -> dict:
    """Write the results of one file into `folder`, and return the summary.

    Parameters
    ----------
    segmented : list of Segmented
        The frames of the file.
    model : Signatory
        What segmented them.
    folder : Path
        Where to write.
    find : str or None
        Class of which sections are drawn.
    """
    frames = [result.frame for result in segmented]
    name = stem(frames[0].path)
    labels = unique_labels(frames)
    for result, label in zip(segmented, labels, strict=True):
        full_name = f"{name}_{label}" if len(frames) > 1 else name
        _write_pictures(result, full_name, model.classes, folder)
        if find:
            sections = folder / f"{name}_sections"
            _write_sections(result, find, model.classes, folder=sections, label=label)
    events = _all_events(segmented, model.name)
    if events is not None:
        events.write(folder / f"{name}_events.ecsv", format="ascii.ecsv")
    write_masks(
        folder / f"{name}_mask.fits",
        [result.mask for result in segmented],
        frames,
        classes=model.classes,
        model=model.name,
        events=events,
    )
    summary = {
        "file": frames[0].path.name,
        "model": model.name,
        "ccdseg": __version__,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hdus": [result.summary(model.classes) for result in segmented],
        "results": sorted([*(path.name for path in folder.iterdir()), f"{name}_summary.json"]),
    }
    text = json.dumps(summary, indent=2) + "\n"
    (folder / f"{name}_summary.json").write_text(text, encoding="utf-8")
    return summary


def unique_labels(frames: list[Frame]) -> list[str]:
    """Labels of the frames for file names: plain characters, a number where two are alike."""
    plain = [re.sub(r"[^\w.+-]", "_", frame.label).lstrip(".") for frame in frames]
    return [
        label if plain.count(label) == 1 else f"{label}_{frame.hdu_index}"
        for label, frame in zip(plain, frames, strict=True)
    ]


def earlier_results(folder: Path, name: str) -> set[str]:
    """Names of what an earlier run wrote for the same frame."""
    try:
        summary = json.loads((folder / f"{name}_summary.json").read_text(encoding="utf-8"))
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


def _write_pictures(
    result: Segmented, full_name: str, classes: ClassCatalogue, folder: Path
) -> None:
    from ccdseg import plotting

    frame, mask, events = result.frame, result.mask, result.events
    style = {"classes": classes, "origin": frame.origin, "title": full_name.replace("_", " ")}
    figures = {"segmentation": plotting.show_frame(frame.data, mask, **style)}
    if events is not None:
        figures["events"] = plotting.show_events(frame.data, mask, events, **style)
        figures["spectrum"] = plotting.plot_spectrum(events, title=style["title"])
        write_regions(folder / f"{full_name}_events.reg", events)
    for kind, figure in figures.items():
        plotting.save_figure(figure, folder / f"{full_name}_{kind}.png")


def _write_sections(
    result: Segmented, name: str, classes: ClassCatalogue, *, folder: Path, label: str
) -> None:
    """Write a picture of each section that contains the class `name`."""
    from ccdseg import plotting

    frame, mask = result.frame, result.mask
    folder.mkdir(exist_ok=True)
    tiles = list(tiles_with(mask, classes[name].index))
    for tile in tqdm(tiles, desc=f"Sections with {name}", unit="section"):
        row, column = (
            start + part.start for start, part in zip(frame.origin, tile.read, strict=True)
        )
        figure = plotting.show_section(
            frame.data,
            mask,
            tile,
            name,
            classes=classes,
            origin=frame.origin,
            title=f"{frame.label}: {name}, rows from {row}, columns from {column}",
        )
        plotting.save_figure(figure, folder / f"{label}_row{row:05d}_column{column:05d}.png")
