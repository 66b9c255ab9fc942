"""The pictures of what was found in an image."""

from __future__ import annotations

import re
from pathlib import Path

from tqdm import tqdm

from ccdseg.classes import ClassCatalogue
from ccdseg.cli.segmented import Segmented
from ccdseg.fits_io import Frame, write_regions
from ccdseg.images_io.files import stem
from ccdseg.tiling import tiles_with


def write_pictures(
    segmented: list[Segmented], classes: ClassCatalogue, folder: Path, *, find: str | None
) -> None:
    """Write the pictures of the frames of one file, and the regions of their events.

    Parameters
    ----------
    segmented : list of Segmented
        The frames.
    classes : ClassCatalogue
        Meaning of their masks.
    folder : Path
        Where to write.
    find : str or None
        Class of which sections are drawn.
    """
    frames = [result.frame for result in segmented]
    name = stem(frames[0].path)
    for result, label in zip(segmented, unique_labels(frames), strict=True):
        full_name = f"{name}_{label}" if len(frames) > 1 else name
        _write_figures(result, full_name, classes, folder)
        if find:
            sections = folder / f"{name}_sections"
            _write_sections(result, find, classes, folder=sections, label=label)


def unique_labels(frames: list[Frame]) -> list[str]:
    """Labels of the frames for file names: plain characters, a number where two are alike."""
    plain = [re.sub(r"[^\w.+-]", "_", frame.label).lstrip(".") for frame in frames]
    return [
        label if plain.count(label) == 1 else f"{label}_{frame.hdu_index}"
        for label, frame in zip(plain, frames, strict=True)
    ]


def _write_figures(
    result: Segmented, full_name: str, classes: ClassCatalogue, folder: Path
) -> None:
    from ccdseg import plotting

    frame, mask, events = result.frame, result.mask, result.events
    style = {"classes": classes, "origin": frame.origin, "title": full_name.replace("_", " ")}
    figures = {"segmentation": plotting.show_frame(frame.data, mask, **style)}
    if events is not None:
        figures["overlay"] = plotting.show_overlay(frame.data, mask, **style)
        figures["events"] = plotting.show_events(frame.data, mask, events, **style)
    for kind, figure in figures.items():
        if frame.top_first:
            plotting.put_first_row_on_top(figure)
        plotting.save_figure(figure, folder / f"{full_name}_{kind}.png")
    if events is not None:
        spectrum = plotting.show_spectrum(events, title=style["title"])
        plotting.save_figure(spectrum, folder / f"{full_name}_spectrum.png")
        if not frame.top_first:  # DS9 turns a picture, so that regions would lie elsewhere
            write_regions(folder / f"{full_name}_events.reg", events)


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
        if frame.top_first:
            plotting.put_first_row_on_top(figure)
        plotting.save_figure(figure, folder / f"{label}_row{row:05d}_column{column:05d}.png")
