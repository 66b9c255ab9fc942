"""Files of images, one after the other, and their results in a folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.files import check_folder, remove_abandoned
from ccdseg.fits_io.dq_bits import ALL_BITS, BitChoice
from ccdseg.images_io import read_images
from ccdseg.images_io.stacks import BadValues
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.workflows.segment import counts
from ccdseg.workflows.segment.description import describe
from ccdseg.workflows.segment.existing import find_complete, refuse_alike, refuse_results
from ccdseg.workflows.segment.inputs import list_images
from ccdseg.workflows.segment.one_frame import apply_steps, choose_steps
from ccdseg.workflows.segment.pictures import PictureChoice, choose_pictures
from ccdseg.workflows.segment.quality import choose_quality
from ccdseg.workflows.segment.report import check_report, write_index
from ccdseg.workflows.segment.results import FileResult
from ccdseg.workflows.segment.run_tables import event_table, image_table
from ccdseg.workflows.segment.run_tables.table_file import check_table, write_tables
from ccdseg.workflows.segment.run_tables.tables import RunTables
from ccdseg.workflows.segment.running import FileJob, Writing, run_job
from ccdseg.workflows.segment.steps import Choices

if TYPE_CHECKING:
    from distributed import Client

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
    events : Path or None
        Table of the events of the run, where it was asked for and there are results.
    """

    table: QTable
    counts: QTable
    failed: dict[Path, str]
    n_files: int
    events: Path | None = None


def segment_file(
    path: str | Path,
    segmenter: Segmenter | LazySegmenter,
    *,
    hdu: str | int = "all",
    section: str | None = None,
    half: str | None = None,
    dq_bits: BitChoice = ALL_BITS,
    bad_pixels: str | Path | None = None,
    bad_values: BadValues = "auto",
    progress: bool = False,
    **choices: Unpack[Choices],
) -> FileResult:
    """Segment the images of a file.

    Parameters
    ----------
    path : str or Path
        FITS, PNG, TIFF, HDF5, EDF or CBF.
    segmenter : Segmenter or LazySegmenter
        Model.
    hdu, section, half, dq_bits, bad_values
        Images of the file, part of them, the bits of data quality that make a pixel bad, and the
        numbers that stand for no value; as `ccdseg.images_io.read_images`.
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
    steps = choose_steps(segmenter, **choices)
    quality = choose_quality(dq_bits, bad_pixels, bad_values)
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
    bad_values: BadValues = "auto",
    pictures: PictureChoice | None = None,
    colours: str = "original",
    find: str | None = None,
    clean: bool = False,
    dq: bool = False,
    report: bool = False,
    overwrite: bool = False,
    skip_existing: bool = False,
    workers: int | None = None,
    scheduler: str | Client | None = None,
    time_limit: float | None = None,
    table: str | Path = image_table.RUN_TABLE,
    events: str | Path | None = None,
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
    hdu, section, half, dq_bits, bad_pixels, bad_values
        As `segment_file`.
    pictures : {"all", "events", "none"}, optional
        Images of which pictures are drawn; by default all, but none for more than 100 files.
    colours, find, clean, dq, overwrite
        As `FileResult.write`.
    report : bool
        Whether a page for browsers is written for each frame, and ``index.html`` for the run.
    skip_existing : bool
        Whether files are left out whose results by the same model are all there: it takes up a run
        that was killed.
    workers : int, optional
        Number of processes that segment, each with its own copy of the model and its share of the
        cores; by default this one segments, and others write beside it.
    scheduler : str or distributed.Client, optional
        Dask cluster whose workers segment: the address of its scheduler, its scheduler file
        (``.json``), or a client. Files and results are on a file system that all see.
    time_limit : float, optional
        Time after which a file is given up (s); see `ccdseg.workflows.segment.time_limit`.
    table : str or Path
        Table of the run, ``.ecsv``, ``.parquet``, ``.h5`` or ``.root``; a relative path is one in
        `output`.
    events : str or Path, optional
        Table of the events of all files of the run, those with earlier results included, named as
        `table`; see `ccdseg.workflows.segment.run_tables.event_table`.
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
        Before anything is segmented: where there is no such image, detector, restriction, class or
        cluster, Bokeh is missing for a report, or results exist and `overwrite` was not asked for.
    """
    classes, output = segmenter.classes, Path(output)
    table = output / table
    seen = check_table(table, image_table.COLUMNS, option="--table", overwrite=overwrite)
    if events is not None:
        events = output / events
        classes.need_particles()
        if events == table:
            raise InputError(f"{events} cannot be both --events and --table; choose two names.")
        seen_events = check_table(
            events, event_table.COLUMNS, option="--events", overwrite=overwrite
        )
    steps = choose_steps(segmenter, **choices)
    quality = choose_quality(dq_bits, bad_pixels, bad_values)
    classes.recoloured(colours)
    find = find and classes[find].name
    if clean:
        classes.need_particles()
    paths = list_images([images] if isinstance(images, str | Path) else images)
    check_folder(output)
    if report:
        check_report(output, overwrite=overwrite)
    refuse_alike(paths, output)
    remove_abandoned(output)
    wanted = {"model": segmenter.name, "report": report}
    summaries = find_complete(paths, output, **wanted) if skip_existing else {}
    todo = [path for path in paths if path not in summaries]
    refuse_results(todo, output, clean=clean, overwrite=overwrite)
    counts.check(output, overwrite=overwrite)
    writing = {
        "pictures": choose_pictures(pictures, todo),
        "colours": colours,
        "find": find,
        "clean": clean,
        "dq": dq,
        "report": report,
        "overwrite": overwrite,
    }
    job = FileJob(
        segmenter,
        steps,
        reading={"hdu": hdu, "section": section, "half": half, **quality},
        writing=Writing(output, writing, time_limit),
    )
    outcomes = run_job(job, todo, workers=workers, scheduler=scheduler, progress=progress)
    failed: dict[Path, str] = {}
    with closing(outcomes):
        for path, outcome in outcomes:
            if isinstance(outcome, dict):
                summaries[path] = outcome
                logger.info("%s", describe(outcome, output))
            else:
                failed[path] = outcome
                logger.error("%s", outcome)
    remove_abandoned(output)
    rows = image_table.build_table(paths, summaries, failed, classes=classes)
    if summaries:
        write_tables(table, RunTables(rows), seen=seen)
    written = None
    if summaries and events is not None:
        tables = event_table.stack_run(
            paths, summaries, output, images=rows, event_pixels=steps.event_pixels
        )
        written = write_tables(events, tables, seen=seen_events)
        logger.info("%d events of %d files: %s", len(tables.table), len(summaries), written)
    if report:
        logger.info("Pages of the images: %s", write_index(output, rows, summaries))
    return RunResult(rows, counts.write(output), failed, len(paths), written)
