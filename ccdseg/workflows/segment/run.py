"""Files of images, one after the other, and their results in a folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from astropy.table import QTable
from tqdm import tqdm

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.files import check_folder
from ccdseg.images_io import SUFFIXES, check_writable, image_files_in, is_picture, read_images
from ccdseg.postprocessing import Rule
from ccdseg.workflows.segment import counts
from ccdseg.workflows.segment.existing import refuse_results
from ccdseg.workflows.segment.frame import apply_steps
from ccdseg.workflows.segment.pictures import Choice, check_pictures
from ccdseg.workflows.segment.results import FileResult, describe, write_results
from ccdseg.workflows.segment.steps import Steps

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class RunResult:
    """Outcome of many files.

    Attributes
    ----------
    counts : astropy.table.QTable
        Number of particles in each image of the folder of results, those of earlier runs included.
    failed : dict of Path to str
        Files without results, and why.
    n_files : int
        Number of files.
    """

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
    detector: Detector | str | Path | None = None,
    restrict: Sequence[Rule | str] | None = None,
    grow: int = 0,
    progress: bool = False,
) -> FileResult:
    """Segment the images of a file.

    Parameters
    ----------
    path : str or Path
        FITS, PNG or TIFF.
    segmenter : Segmenter or LazySegmenter
        Model.
    hdu, section, half
        Images of the file, and part of them; as `ccdseg.fits_io.read_frames`.
    detector, restrict, grow, progress
        As `segment_frame`.

    Returns
    -------
    FileResult

    Raises
    ------
    InputError
        As `ccdseg.images_io.read_images` and `segment_frame`.
    """
    steps = Steps.choose(segmenter.classes, detector=detector, restrict=restrict, grow=grow)
    frames = read_images(path, hdu=hdu, section=section, half=half)
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
    detector: Detector | str | Path | None = None,
    restrict: Sequence[Rule | str] | None = None,
    grow: int = 0,
    pictures: Choice = "all",
    find: str | None = None,
    clean: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> RunResult:
    """Segment files and write their results; a file that cannot be read is logged and left out.

    Parameters
    ----------
    images : str, Path, or sequence of them
        Files, folders and patterns.
    segmenter : Segmenter or LazySegmenter
        Model.
    output : str or Path
        Folder for the results.
    hdu, section, half, detector, restrict, grow
        As `segment_file`.
    pictures, find, clean, overwrite
        As `FileResult.write`.
    progress : bool
        Whether to show progress bars.

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
    steps = Steps.choose(classes, detector=detector, restrict=restrict, grow=grow)
    check_pictures(pictures)
    find = find and classes[find].name
    if clean:
        classes.need_particles()
    paths = list_images([images] if isinstance(images, str | Path) else images)
    check_folder(output)
    refuse_results(paths, output, clean=clean, overwrite=overwrite)
    counts.check(output, overwrite=overwrite)
    failed: dict[Path, str] = {}
    bar = tqdm(paths, desc="Images", unit="image", disable=len(paths) == 1 or not progress)
    for path in bar:
        try:
            frames = read_images(path, hdu=hdu, section=section, half=half)
            if clean and is_picture(path):
                check_writable(path)
            results = (apply_steps(frame, segmenter, steps, progress=progress) for frame in frames)
            summary = write_results(
                FileResult(tuple(results)),
                output,
                pictures=pictures,
                find=find,
                clean=clean,
                overwrite=overwrite,
            )
        except InputError as error:
            failed[path] = str(error)
            logger.error("%s", error)
        else:
            logger.info("%s", describe(summary, output))
    return RunResult(counts.write(output), failed, len(paths))


def list_images(names: Sequence[str | Path]) -> list[Path]:
    """Files of a list of files, folders and patterns, each once, in the order given.

    Raises
    ------
    InputError
        Where a name stands for no image.
    """
    paths: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = image_files_in(path)
            if not found:
                raise InputError(f"The folder {path} holds no image ({', '.join(SUFFIXES)}).")
        elif path.is_file():
            found = [path]
        else:
            found = [Path(match) for match in sorted(glob(str(name)))]  # noqa: PTH207 - a pattern may be absolute
            if not found:
                raise InputError(f"No such file: {name}")
        paths |= dict.fromkeys(found)
    return list(paths)
