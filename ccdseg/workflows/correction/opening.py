"""Opening the masks of a frame to correct them, or to go on with it."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.fits_io import Frame, read_frames
from ccdseg.fits_io.mask_reading import MaskImage, frames_of_masks, read_events, read_masks
from ccdseg.images_io import is_picture, is_stack, stem
from ccdseg.mask import IGNORED
from ccdseg.workflows.correction.mask_correction import FileCorrection, MaskCorrection
from ccdseg.workflows.segment.existing import mask_of

logger = logging.getLogger(__name__)


def corrected_of(path: Path) -> str:
    """Name of the corrected masks of an image."""
    return f"{stem(path)}_corrected.fits"


def open_correction(
    path: str | Path, results: str | Path, *, restart: bool = False
) -> FileCorrection:
    """Open the masks of a frame as `ccdseg predict` wrote them, and corrections made before.

    Parameters
    ----------
    path : str or Path
        FITS file that was segmented.
    results : str or Path
        Folder of its results.
    restart : bool
        Whether to begin again from the masks as they were written, leaving out earlier corrections.

    Returns
    -------
    FileCorrection

    Raises
    ------
    InputError
        If there is no mask of the frame in the folder, it does not fit the frame, or the earlier
        corrections are damaged.
    """
    path, results = Path(path), Path(results)
    if is_picture(path) or is_stack(path):
        raise InputError(
            f"{path} is no FITS file; corrected masks are FITS, and so must be their frames."
        )
    mask_path, corrected = results / mask_of(path), results / corrected_of(path)
    if not mask_path.is_file():
        raise InputError(
            f"{results} holds no mask of {path.name} ({mask_path.name}); segment it first: "
            f"ccdseg predict {path} --output {results}"
        )
    masks, events = read_masks(mask_path), read_events(mask_path)
    images = tuple(
        _correction(mask, frame, events)
        for mask, frame in zip(masks, frames_of_masks(masks, read_frames(path)), strict=True)
    )
    resumed = corrected.is_file() and not restart
    if resumed:
        _take_up(images, corrected)
    return FileCorrection(images, mask_path, corrected, resumed=resumed)


def _correction(mask: MaskImage, frame: Frame, events: QTable | None) -> MaskCorrection:
    values = mask.values
    valid = np.isin(values, [*range(len(mask.classes)), IGNORED])
    if not valid.all():
        raise InputError(
            f"{mask.path}, {mask.label} holds {values[~valid][0]:g}, which is no class "
            f"(0 to {len(mask.classes) - 1}); segment the frame again."
        )
    return MaskCorrection(frame, mask, values.astype(np.uint8), _events_of(frame, events))


def _events_of(frame: Frame, events: QTable | None) -> QTable | None:
    if events is None or "hdu" not in events.colnames:
        return events
    names = [name.strip() for name in np.asarray(events["hdu"]).astype(str)]
    return events[np.array(names, dtype=str) == frame.label]


def _take_up(images: tuple[MaskCorrection, ...], path: Path) -> None:
    """Take up earlier corrections; images that they lack begin as they were found."""
    earlier = read_masks(path)
    for number, image in enumerate(images):
        name = image.source.hdu_name
        matches = [one for one in earlier if name and one.hdu_name == name]
        if not matches and len(earlier) == len(images):
            matches = [earlier[number]]
        if not matches:
            logger.warning("%s holds no mask of %s, which begins anew.", path, image.frame.label)
            continue
        if matches[0].classes != image.classes:
            raise InputError(
                f"{path}, {matches[0].label} has the classes {', '.join(matches[0].classes.names)} "
                f"and {image.source.path} {', '.join(image.classes.names)}; begin again with "
                "--restart."
            )
        try:
            image.take(matches[0].values, origin=str(path))
        except InputError as error:
            raise InputError(f"{error} Begin again with --restart.") from None
    logger.info("%s: earlier corrections taken up", path)
