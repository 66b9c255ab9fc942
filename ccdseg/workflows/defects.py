"""Defects of a detector from files of its exposures."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.calibration.defects import FEWEST, DefectMap, find_defects
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.fits_io import DefectMaps, Frame, write_defects
from ccdseg.images_io import read_images
from ccdseg.normalization.amplifiers import Amplifiers
from ccdseg.workflows.segment.inputs import list_images

logger = logging.getLogger(__name__)

_ALIKE = 0.1
"""Greatest relative difference of the exposure times of a map."""


def map_defects(
    images: str | Path | Sequence[str | Path],
    output: str | Path | None = None,
    *,
    hdu: str | int = "all",
    amplifiers: Amplifiers = "auto",
    picture: bool = False,
    overwrite: bool = False,
    progress: bool = False,
) -> DefectMaps:
    """Find what stays in many exposures of one detector, and write it.

    Parameters
    ----------
    images : str, Path, or sequence of them
        Files, folders and patterns, one exposure each, of equal exposure times.
    output : str or Path, optional
        FITS file for the maps; see `ccdseg.fits_io.write_defects`.
    hdu : str or int
        Images of the files; of each, one map.
    amplifiers : str, sequence of str, tuple of Section, or None
        Sections of amplifiers, brought to one pedestal; as `ccdseg.workflows.segment_frame`.
    picture : bool
        Whether to draw the maps, as ``OUTPUT_NAME.png`` beside the output.
    overwrite : bool
        Whether existing files are replaced.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    DefectMaps

    Raises
    ------
    InputError
        If there are fewer than `FEWEST` exposures, they do not fit each other, or a file exists.
    """
    paths = list_images([images] if isinstance(images, str | Path) else images)
    if len(paths) < FEWEST:
        raise InputError(
            f"{len(paths)} exposures: give at least {FEWEST}, or particles look like defects."
        )
    first = read_images(paths[0], hdu=hdu)
    names = {frame.label: _name_of(frame, alone=len(first) == 1) for frame in first}
    if len(names) < len(first):
        raise InputError(
            f"{paths[0]} has several images of one name: {', '.join(one.label for one in first)}; "
            "choose one by its number (--hdu)."
        )
    pictures = {label: _picture_of(Path(output), label, first) for label in names if picture}
    for path in [output, *pictures.values()] if output else ():
        refuse_existing(path, overwrite=overwrite)
    maps = {}
    for index, (label, name) in enumerate(names.items()):
        bar = tqdm(paths, label, unit="exposure", disable=not progress)
        chosen = hdu if len(names) == 1 else first[index].hdu_index
        maps[name] = find_defects(
            _exposures(bar, chosen),
            len(paths),
            saturation=first[index].saturation,
            amplifiers=amplifiers,
        )
        logger.info("%s: %s", label, describe_defects(maps[name]))
    found = DefectMaps(maps, output and Path(output))
    if output is not None:
        files = [path.name for path in paths]
        write_defects(output, maps, exposures=files, overwrite=overwrite)
        for (label, name), path in zip(names.items(), pictures.values(), strict=False):
            _draw(maps[name], path, title=f"{len(paths)} exposures, {label}")
    return found


def _name_of(frame: Frame, *, alone: bool) -> str:
    """Name of an image in the file of defects; empty for the only one without a name."""
    return frame.hdu_name or ("" if alone else frame.label)


def describe_defects(defects: DefectMap) -> str:
    """One line that says how many pixels have which defect, and which columns are hot or dark."""
    summary = defects.summary()
    pixels = ", ".join(f"{number} {name}" for name, number in summary["pixels"].items() if number)
    lines = [
        f"{len(columns)} {name} column{'s' if len(columns) > 1 else ''} ({_listed(columns)})"
        for name in ("hot", "dark")
        if (columns := summary[f"{name}_columns"])
    ]
    return "; ".join([f"{pixels or 'no defect'} (px)", *lines])


def _listed(columns: list[int], most: int = 12) -> str:
    """Some columns, and how many more."""
    text = ", ".join(map(str, columns[:most]))
    return text if len(columns) <= most else f"{text}, and {len(columns) - most} more"


def _exposures(paths: Sequence[Path], hdu: str | int) -> Iterator[np.ndarray]:
    """Signals of the exposures, of which a line warns where their times differ."""
    times = []
    for path in paths:
        (frame,) = read_images(path, hdu=hdu)
        times.append(frame.facts.exposure)
        yield frame.data
    known = [time for time in times if time]
    if known and max(known) > (1 + _ALIKE) * min(known):
        logger.warning(
            "The exposures last %g to %g s; dark charge grows with time, so the map holds for "
            "those in the middle.",
            min(known),
            max(known),
        )


def _picture_of(output: Path, label: str, frames: Sequence[Frame]) -> Path:
    stem = output.name.split(".fits")[0]
    return output.with_name(f"{stem}_{label}.png" if len(frames) > 1 else f"{stem}.png")


def _draw(defects: DefectMap, path: Path, *, title: str) -> None:
    from ccdseg import plotting

    plotting.save_figure(plotting.show_defects(defects, title=title), path, overwrite=True)
