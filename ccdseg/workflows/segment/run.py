"""Files of images, one after the other, and their results in a folder."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from astropy.table import QTable
from tqdm import tqdm

from ccdseg.errors import InputError
from ccdseg.files import check_folder, remove_abandoned
from ccdseg.fits_io import Frame
from ccdseg.fits_io.dq_bits import ALL_BITS, BitChoice
from ccdseg.images_io import check_writable, is_picture, read_images
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.workflows.segment import counts, run_table
from ccdseg.workflows.segment.existing import find_complete, refuse_alike, refuse_results
from ccdseg.workflows.segment.inputs import list_images
from ccdseg.workflows.segment.one_frame import apply_steps
from ccdseg.workflows.segment.pictures import PictureChoice, choose_pictures
from ccdseg.workflows.segment.quality import choose_quality
from ccdseg.workflows.segment.results import FileResult, describe
from ccdseg.workflows.segment.steps import Choices, Steps
from ccdseg.workflows.segment.time_limit import time_limit as limited
from ccdseg.workflows.segment.writer import ResultWriter

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class RunResult:
    """Outcome of a run over files.

    Attributes
    ----------
    table : astropy.table.QTable
        One row per image of the run, one per file that failed.
    counts : astropy.table.QTable
        Number of particles in each image of the folder of results, those of earlier runs included.
    failed : dict of Path to str
        Files without results, and why.
    n_files : int
        Number of files, those with earlier results included.
    """

    table: QTable
    counts: QTable
    failed: dict[Path, str]
    n_files: int


def segment_file(
    path: str | Path,
    segmenter: Segmenter | LazySegmenter,
    *,
    hdu: str | int = "all",
    section: str | None = None,
    half: str | None = None,
    dq_bits: BitChoice = ALL_BITS,
    bad_pixels: str | Path | None = None,
    progress: bool = False,
    **choices: Unpack[Choices],
) -> FileResult:
    """Segment the images of a file.

    Parameters
    ----------
    path : str or Path
        FITS, PNG or TIFF.
    segmenter : Segmenter or LazySegmenter
        Model.
    hdu, section, half, dq_bits
        Images of the file, part of them, and the bits of data quality that make a pixel bad; as
        `ccdseg.fits_io.read_frames`.
    bad_pixels : str or Path, optional
        FITS file of further bad pixels; see `ccdseg.fits_io.BadPixelMaps`.
    progress : bool
        Whether to show progress bars.
    **choices
        ``detector`` and the other choices of `segment_frame`.

    Returns
    -------
    FileResult

    Raises
    ------
    InputError
        As `ccdseg.images_io.read_images` and `segment_frame`.
    """
    steps = Steps.choose(segmenter.classes, **choices)
    quality = choose_quality(dq_bits, bad_pixels)
    frames = read_images(path, hdu=hdu, section=section, half=half, **quality)
    return FileResult(
        tuple(apply_steps(frame, segmenter, steps, progress=progress) for frame in frames)
    )


def segment_files(
    images: str | Path | Sequence[str | Path],
    segmenter: Segmenter | LazySegmenter,
    *,
    output: str | Path,
    hdu: str | int = "all",
    section: str | None = None,
    half: str | None = None,
    dq_bits: BitChoice = ALL_BITS,
    bad_pixels: str | Path | None = None,
    pictures: PictureChoice | None = None,
    find: str | None = None,
    clean: bool = False,
    overwrite: bool = False,
    skip_existing: bool = False,
    time_limit: float | None = None,
    table: str | Path = run_table.RUN_TABLE,
    progress: bool = True,
    **choices: Unpack[Choices],
) -> RunResult:
    """Segment files and write their results and a table of the run.

    A file that fails, for whatever reason, is logged in one line and named in the table; the others
    go on. Of several files, results are written by other processes beside the next file.

    Parameters
    ----------
    images : str, Path, or sequence of them
        Files, folders, patterns, and, after an ``@``, text files with one of these in each line.
    segmenter : Segmenter or LazySegmenter
        Model.
    output : str or Path
        Folder for the results.
    hdu, section, half, dq_bits, bad_pixels
        As `segment_file`.
    pictures : {"all", "events", "none"}, optional
        Images of which pictures are drawn; by default all, but none for more than 100 files.
    find, clean, overwrite
        As `FileResult.write`.
    skip_existing : bool
        Whether files are left out whose results by the same model are all there: it takes up a run
        that was killed.
    time_limit : float, optional
        Time after which a file is given up (s); see `ccdseg.workflows.segment.time_limit`.
    table : str or Path
        Table of the run, ``.ecsv`` or ``.parquet``; a relative path is one in `output`.
    progress : bool
        Whether to show progress bars.
    **choices
        ``detector`` and the other choices of `segment_frame`.

    Returns
    -------
    RunResult

    Raises
    ------
    InputError
        Before anything is segmented: where there is no such image, detector, restriction or class,
        or results exist and `overwrite` was not asked for.
    """
    classes, output = segmenter.classes, Path(output)
    table = output / table
    run_table.check_table(table, overwrite=overwrite)
    steps = Steps.choose(classes, **choices)
    quality = choose_quality(dq_bits, bad_pixels)
    find = find and classes[find].name
    if clean:
        classes.need_particles()
    paths = list_images([images] if isinstance(images, str | Path) else images)
    check_folder(output)
    refuse_alike(paths, output)
    remove_abandoned(output)
    summaries = find_complete(paths, output, model=segmenter.name) if skip_existing else {}
    todo = [path for path in paths if path not in summaries]
    refuse_results(todo, output, clean=clean, overwrite=overwrite)
    counts.check(output, overwrite=overwrite)
    pictures = choose_pictures(pictures, len(todo))
    writing = {"pictures": pictures, "find": find, "clean": clean, "overwrite": overwrite}
    n_processes = _count_writers(len(todo), drawing=pictures != "none" or find is not None)
    failed: dict[Path, str] = {}
    with ResultWriter(output, n_processes=n_processes, **writing) as writer:
        reading = {"hdu": hdu, "section": section, "half": half, "writable": clean}
        reading |= quality
        limits = {"time_limit": time_limit, "progress": progress}
        for path, outcome in _outcomes(todo, segmenter, steps, writer, reading, **limits):
            if isinstance(outcome, dict):
                summaries[path] = outcome
                logger.info("%s", describe(outcome, output))
            else:
                failed[path] = _reason(path, outcome)
                logger.error("%s", failed[path])
                logger.debug("%s failed", path, exc_info=outcome)
    rows = run_table.build_table(paths, summaries, failed, classes=classes)
    if summaries:
        run_table.write_table(table, rows)
    return RunResult(rows, counts.write(output), failed, len(paths))


def _outcomes(
    paths: Sequence[Path],
    segmenter: Segmenter | LazySegmenter,
    steps: Steps,
    writer: ResultWriter,
    reading: dict,
    *,
    time_limit: float | None,
    progress: bool,
) -> Iterator[tuple[Path, dict | Exception]]:
    """Segment files and write their results; yields the summary of each, or why there is none."""
    alone = len(paths) == 1
    for path in tqdm(paths, "Files", unit="file", disable=len(paths) < 2 or not progress):
        try:
            with limited(time_limit):
                frames = _read(path, **reading)
        except Exception as error:  # noqa: BLE001 - no file may end the run
            yield path, error
            continue
        if isinstance(segmenter, LazySegmenter):
            segmenter = segmenter.segmenter  # a damaged model does end the run
        try:
            bars = alone and progress
            with limited(time_limit):
                results = [apply_steps(frame, segmenter, steps, progress=bars) for frame in frames]
        except Exception as error:  # noqa: BLE001 - no file may end the run
            yield path, error
        else:
            yield from writer.write(FileResult(tuple(results)))
    yield from writer.finished()


def _read(path: Path, *, writable: bool, **settings: object) -> list[Frame]:
    """Frames of a file; where it is to be written back, refused where it cannot be."""
    frames = read_images(path, **settings)
    if writable and is_picture(path):
        check_writable(path)
    return frames


def _count_writers(n_files: int, *, drawing: bool) -> int:
    """Number of processes that write results; 0 where starting one takes longer than it saves."""
    return min(os.cpu_count() or 1, n_files) if drawing and n_files > 1 else 0


def _reason(path: Path, error: Exception) -> str:
    """One line that says why a file failed."""
    if isinstance(error, InputError):
        return str(error)
    lines = str(error).splitlines()
    return f"{path} cannot be segmented: {type(error).__name__}{': ' if lines else ''}" + "".join(
        lines[:1]
    )
