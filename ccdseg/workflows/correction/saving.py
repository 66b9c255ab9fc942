"""Saving corrected masks, and adding them to a set of frames to train on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.errors import InputError
from ccdseg.files import atomic_path, staged_files
from ccdseg.fits_io import Frame, read_frames
from ccdseg.fits_io.mask_headers import ascii_of
from ccdseg.images_io import stem
from ccdseg.images_io.folders import mask_folder
from ccdseg.mask import IGNORED
from ccdseg.version import package_version
from ccdseg.workflows.correction.mask_correction import FileCorrection, MaskCorrection

_PART = "Train"


def save_correction(correction: FileCorrection, *, author: str | None = None) -> Path:
    """Write the corrected masks beside the masks that were found, which stay.

    Each HDU has name, position and header of the mask that was corrected. The keywords CORRMASK,
    CORRDATE, CORRVERS and AUTHOR say from which file, when, by which version of ccdseg and by whom,
    NCHANGED and NUNDEC how many pixels differ from that mask and how many are left undecided,
    IGNORED which value these have.

    Parameters
    ----------
    correction : FileCorrection
        Masks to write.
    author : str, optional
        Name of the person who corrected them.

    Returns
    -------
    Path
        File that was written: earlier corrections of the same frame are replaced.
    """
    hdus = _hdus(correction)
    for hdu, image in zip(_masks_in(hdus), correction.images, strict=True):
        _sign(hdu.header, image, mask_path=correction.mask_path, author=author)
    with atomic_path(correction.path) as temporary:
        hdus.writeto(temporary, output_verify="silentfix+ignore", checksum=True)
    return correction.path


def add_to_training_set(correction: FileCorrection, folder: str | Path) -> Path:
    """Add frame and corrected masks to a folder that ``train.py --data`` reads.

    The images that were corrected, cut to the section that was segmented, become
    ``Train/STEM.fits``, and their masks ``TrainAnnotation/STEM.fits``.

    Parameters
    ----------
    correction : FileCorrection
        Corrected masks.
    folder : str or Path
        Folder of the set; made where it is missing.

    Returns
    -------
    Path
        File of the frame. Masks of the same frame are replaced.

    Raises
    ------
    InputError
        If the set holds another frame of that name.
    """
    folder = Path(folder)
    name = f"{stem(correction.images[0].frame.path)}.fits"
    target = folder / _PART / name
    frames = [image.frame for image in correction.images]
    if target.exists():
        _check_same(target, frames)
    pixels = fits.HDUList([fits.PrimaryHDU(), *map(_frame_hdu, frames)])
    masks = fits.HDUList([fits.PrimaryHDU()])
    for image in correction.images:
        masks.append(fits.ImageHDU(image.mask, name=image.frame.label))
        _sign(masks[-1].header, image, mask_path=correction.mask_path, author=None)
    for part, hdus in ((_PART, pixels), (mask_folder(_PART), masks)):
        with staged_files(folder / part, overwrite=True) as stage:
            hdus.writeto(stage / name, checksum=True)
    return target


def _hdus(correction: FileCorrection) -> fits.HDUList:
    """HDUs of the masks, in the primary HDU where the first was."""
    hdus = fits.HDUList()
    if correction.images[0].source.hdu_index != 0:
        hdus.append(
            fits.PrimaryHDU(header=correction.images[0].frame.primary_header.copy(strip=True))
        )
    for image in correction.images:
        kind = fits.PrimaryHDU if image.source.hdu_index == 0 else fits.ImageHDU
        hdus.append(kind(image.mask, image.source.header.copy(strip=True)))
    return hdus


def _masks_in(hdus: fits.HDUList) -> list[fits.PrimaryHDU | fits.ImageHDU]:
    return [hdu for hdu in hdus if hdu.header["NAXIS"]]


def _sign(
    header: fits.Header, image: MaskCorrection, *, mask_path: Path, author: str | None
) -> None:
    """Note what was corrected, when, by whom, and how much of it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    header["IGNORED"] = (IGNORED, "value of pixels that are left undecided")
    header["CORRMASK"] = (ascii_of(mask_path.name), "file of the mask that was corrected")
    header["CORRDATE"] = (now, "date of the correction, UTC")
    header["CORRVERS"] = (package_version(), "version of ccdseg that saved it")
    header["NCHANGED"] = (image.n_changed, "pixels whose class was changed")
    header["NUNDEC"] = (image.n_undecided, "pixels that are left undecided")
    if author:
        header["AUTHOR"] = (ascii_of(author), "who corrected the mask")
    header["NCLASSES"] = (len(image.classes), "number of classes")
    for row in image.classes:
        header[f"CLASS{row.index}"] = (ascii_of(row.name), f"meaning of the value {row.index}")
    header.add_history(f"Mask corrected by hand with ccdseg {package_version()}.")


def _frame_hdu(frame: Frame) -> fits.ImageHDU:
    hdu = fits.ImageHDU(np.ascontiguousarray(frame.data, dtype=np.float32), name=frame.label)
    hdu.header["BUNIT"] = frame.unit.to_string()
    hdu.header["SRCFILE"] = (ascii_of(frame.path.name), "file that the image is from")
    if frame.section_text:
        hdu.header["SRCSEC"] = (frame.section_text, "section of that image")
    return hdu


def _check_same(path: Path, frames: list[Frame]) -> None:
    """Refuse to replace a frame by another one of its name."""
    there = read_frames(path)
    if len(there) != len(frames) or not all(
        np.array_equal(one.data, other.data, equal_nan=True)
        for one, other in zip(there, frames, strict=True)
    ):
        raise InputError(
            f"{path} holds another frame of this name; rename the frame, or take another folder."
        )
