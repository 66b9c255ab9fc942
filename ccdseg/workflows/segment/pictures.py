"""Pictures of segmentation results."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from tqdm import tqdm

from ccdseg.errors import InputError
from ccdseg.identification import COSMIC
from ccdseg.images_io import count_images
from ccdseg.tiling import tiles_with
from ccdseg.workflows.segment.frame_result import FrameResult

logger = logging.getLogger(__name__)

PictureChoice = Literal["all", "events", "none"]

PICTURES: tuple[PictureChoice, ...] = ("all", "events", "none")
"""Images of which pictures are drawn: all, those with events, or none."""


_MANY_FILES = 100
"""Files, or images of stacks, above which no pictures are drawn unless they are asked for."""


def choose_pictures(choice: PictureChoice | None, files: Sequence[Path]) -> PictureChoice:
    """Choice of the user; by default all pictures, none for many files, of which a line tells.

    Pictures take longer than everything else, and nobody looks at thousands of them.

    Raises
    ------
    InputError
        If `choice` is none of `PICTURES`.
    """
    if choice is not None:
        check_pictures(choice)
        return choice
    n_images = len(files) if len(files) > _MANY_FILES else sum(map(count_images, files))
    if n_images <= _MANY_FILES:
        return "all"
    logger.info("%d images: no pictures are drawn; --pictures all draws them.", n_images)
    return "none"


def check_pictures(choice: str) -> None:
    """Raise `InputError` where `choice` is none of `PICTURES`."""
    if choice not in PICTURES:
        raise InputError(f"pictures is {choice!r}; give one of {', '.join(PICTURES)}.")


def draw_pictures(
    results: Mapping[str, FrameResult], folder: Path, *, pictures: PictureChoice = "all"
) -> None:
    """Draw segmentation, overlay, events and spectrum of frames.

    Parameters
    ----------
    results : mapping of str to FrameResult
        Results by the name with which their files begin.
    folder : Path
        Existing folder to write into.
    pictures : {"all", "events", "none"}
        Frames that are drawn: all, those with events, or none.
    """
    for name, result in results.items():
        if pictures == "all" or (pictures == "events" and result.events):
            _draw(result, folder, name)


def _draw(result: FrameResult, folder: Path, name: str) -> None:
    from ccdseg import plotting

    frame, mask, events = result.levelled, result.mask, result.events
    if result.photons is not None:  # thousands of them would hide the cosmics
        events = events[np.asarray(events["particle"]) == COSMIC]
    style = {
        "classes": result.classes,
        "unit": frame.unit,
        "origin": frame.origin,
        "top_first": frame.top_first,
        "title": name,
    }
    figures = {"segmentation": plotting.show_frame(frame.data, mask, **style)}
    if events is not None:
        figures["overlay"] = plotting.show_overlay(frame.data, mask, **style)
        figures["events"] = plotting.show_events(frame.data, mask, events=events, **style)
        figures["spectrum"] = plotting.show_spectrum(events, title=name)
    for kind, figure in figures.items():
        plotting.save_figure(figure, folder / f"{name}_{kind}.png")


def draw_sections(results: Mapping[str, FrameResult], class_name: str, folder: Path) -> None:
    """Draw every section that contains a class.

    Parameters
    ----------
    results : mapping of str to FrameResult
        Results by the name with which their files begin.
    class_name : str
        Name of the class.
    folder : Path
        Folder of the pictures, made where it is missing.
    """
    from ccdseg import plotting

    folder.mkdir(exist_ok=True)
    for name, result in results.items():
        frame, mask, classes = result.levelled, result.mask, result.classes
        tiles = list(tiles_with(mask, classes[class_name].index))
        for tile in tqdm(tiles, desc=f"Sections with {class_name}", unit="section"):
            row, column = (
                start + part.start for start, part in zip(frame.origin, tile.read, strict=True)
            )
            figure = plotting.show_section(
                frame.data,
                mask,
                tile=tile,
                name=class_name,
                classes=classes,
                unit=frame.unit,
                origin=frame.origin,
                top_first=frame.top_first,
                title=f"{frame.label}: {class_name}, rows from {row}, columns from {column}",
            )
            plotting.save_figure(figure, folder / f"{name}_row{row:05d}_column{column:05d}.png")
