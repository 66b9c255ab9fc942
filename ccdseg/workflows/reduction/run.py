"""Raw files reduced to frames."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from ccdseg.calibration.overscan import OverscanMethod
from ccdseg.calibration.samples import Method
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.files import check_folder, refuse_existing
from ccdseg.workflows.reduction.reduced_file import ReducedFile, describe, frame_name
from ccdseg.workflows.reduction.reducer import Reducer

_GAIN_FILES = 10
"""Files that show the gains of a run."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class ReducedRun:
    """Outcome of the reduction of many files.

    Attributes
    ----------
    frames : tuple of Path
        Files of frames, in the order of the raw files.
    failed : dict of Path to str
        Raw files without frames, and why.
    """

    frames: tuple[Path, ...]
    failed: dict[Path, str]


def reduce_file(
    path: str | Path,
    *,
    hdu: str | int = "all",
    n_samples: int | None = None,
    skip: int = 0,
    method: Method = "mean",
    overscan: OverscanMethod = "row",
    degree: int = 3,
    detector: Detector | str | Path | None = None,
    unit: str = "adu",
) -> ReducedFile:
    """Reduce the raw images of a file to frames.

    Parameters
    ----------
    path : str or Path
        Raw file: samples of a pixel side by side, or as planes of a cube.
    hdu : str or int
        Images of the file, as `ccdseg.fits_io.read_frames`.
    n_samples : int, optional
        Samples of a pixel; by default NSAMP, NDCMS or NDCM of the header.
    skip : int
        First samples of each pixel that are left out.
    method : {"mean", "median"}
        How samples are combined.
    overscan : {"row", "median", "polynomial", "spline", "none"}
        Pedestal that is subtracted; see `ccdseg.calibration.overscan_level`.
    degree : int
        Degree of the polynomial.
    detector : Detector, str or Path, optional
        Detector whose amplifiers have their sections, overscan and gains: itself, a preset's name,
        a TOML or JSON file. By default sections are those of the header (TRIMSEC, DATASEC,
        BIASSEC, also of several amplifiers), and so are gains. With ``"auto"`` the gain of each
        amplifier comes from the peaks of single electrons.
    unit : {"adu", "electron"}
        Unit of the frames; electrons need the gain of each amplifier.

    Returns
    -------
    ReducedFile

    Raises
    ------
    InputError
        If the file is no raw image, samples or sections do not fit, or a gain is not known.
    """
    return Reducer.of(
        hdu,
        detector,
        unit,
        n_samples=n_samples,
        skip=skip,
        method=method,
        overscan=overscan,
        degree=degree,
    ).reduce(Path(path))


def reduce_files(
    paths: Sequence[str | Path],
    *,
    output: str | Path,
    hdu: str | int = "all",
    n_samples: int | None = None,
    skip: int = 0,
    method: Method = "mean",
    overscan: OverscanMethod = "row",
    degree: int = 3,
    detector: Detector | str | Path | None = None,
    unit: str = "adu",
    overwrite: bool = False,
    skip_existing: bool = False,
    progress: bool = True,
) -> ReducedRun:
    """Reduce raw files of one CCD and write their frames.

    A file that fails is logged in one line; the others go on.

    Parameters
    ----------
    paths : sequence of str or Path
        Raw files.
    output : str or Path
        Folder for ``STEM_reduced.fits``, ``STEM_reduction.json`` and ``STEM_noise.png``.
    hdu, n_samples, skip, method, overscan, degree, unit
        As `reduce_file`.
    detector : Detector, str or Path, optional
        As `reduce_file`. With ``"auto"`` gains are the medians of those that the first ten files
        show, the same for all.
    overwrite : bool
        Whether existing files are replaced.
    skip_existing : bool
        Whether raw files are left out whose frames are there.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    ReducedRun

    Raises
    ------
    InputError
        As `reduce_file` where an argument is wrong, and where files exist and `overwrite` was not
        asked for.
    """
    reducer = Reducer.of(
        hdu,
        detector,
        unit,
        n_samples=n_samples,
        skip=skip,
        method=method,
        overscan=overscan,
        degree=degree,
    )
    output, paths = Path(output), [Path(path) for path in paths]
    check_folder(output)
    names = {path: output / frame_name(path) for path in paths}
    twice = next((name for name, n in Counter(names.values()).items() if n > 1), None)
    if twice is not None:
        raise InputError(f"Several raw files would become {twice}; reduce them into two folders.")
    todo = [path for path in paths if not (skip_existing and names[path].exists())]
    for path in todo:
        refuse_existing(names[path], overwrite=overwrite)
    if reducer.estimated and len(todo) > 1:
        reducer = reducer.with_common_gains(todo[:_GAIN_FILES])
    failed: dict[Path, str] = {}
    for path in tqdm(todo, "Reducing", unit="file", disable=len(todo) < 2 or not progress):
        try:
            reduced = reducer.reduce(path)
            written = reduced.write(output, overwrite=overwrite)
        except (InputError, OSError) as error:
            failed[path] = str(error)
            logger.error("%s", error)
        else:
            logger.info("%s", describe(reduced, written))
    frames = tuple(name for path, name in names.items() if path not in failed)
    return ReducedRun(frames, failed)
