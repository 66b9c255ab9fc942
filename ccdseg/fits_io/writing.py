"""Writing masks signed by the model that made them, and simulated frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import QTable, Table

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError, without_warnings
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.mask_headers import ascii_of, mask_header, sign_mask, without_pixels
from ccdseg.fits_io.planes import label_hdu


def write_mask(
    path: str | Path,
    mask: np.ndarray,
    *,
    frame: Frame,
    classes: ClassCatalogue,
    model: str,
    overwrite: bool = False,
) -> None:
    """Write the mask of one frame; see `write_masks`."""
    write_masks(path, [mask], frames=[frame], classes=classes, model=model, overwrite=overwrite)


def write_masks(
    path: str | Path,
    masks: Sequence[np.ndarray],
    *,
    frames: Sequence[Frame],
    classes: ClassCatalogue,
    model: str,
    events: QTable | None = None,
    labels: Sequence[np.ndarray] = (),
    overwrite: bool = False,
) -> None:
    """Write masks as FITS: one HDU per frame, with its name and header and the model's signature.

    A frame of the primary HDU stays in the primary HDU; otherwise the primary HDU holds the header
    of the input's primary HDU alone. The keywords SEGMODEL, SEGVERS and SEGDATE say which model and
    version of ccdseg made the mask and when, NCLASSES and CLASS0, CLASS1, … what its values mean.

    Parameters
    ----------
    path : str or Path
        File to write.
    masks : sequence of ndarray
        Class indices, uint8, each of the shape of its frame.
    frames : sequence of Frame
        Segmented frames, all of one file.
    classes : ClassCatalogue
        Meaning of the indices.
    model : str
        Name of the model.
    events : astropy.table.QTable, optional
        Clusters of all frames, as from `ccdseg.events.find_events`: a binary table EVENTS behind
        the masks.
    labels : sequence of ndarray, optional
        Number of the event of each pixel, integers of the shapes of the frames: images NAME_LABELS
        behind the table.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists, or a mask does not fit its frame.
    """
    refuse_existing(path, overwrite=overwrite)
    hdus = fits.HDUList()
    if frames[0].hdu_index != 0:
        hdus.append(fits.PrimaryHDU(header=without_pixels(frames[0].primary_header)))
    for mask, frame in zip(masks, frames, strict=True):
        if mask.shape != frame.data.shape or mask.dtype != np.uint8:
            raise InputError(
                f"Mask of shape {mask.shape}, type {mask.dtype} does not fit {frame.label} of "
                f"shape {frame.data.shape}; it must be uint8 of the same shape."
            )
        kind = fits.PrimaryHDU if frame.hdu_index == 0 else fits.ImageHDU
        hdus.append(kind(mask, mask_header(frame)))
        sign_mask(hdus[-1].header, classes, model)
    if events is not None:
        hdus.append(_table_hdu(events))
    named = zip(labels, frames, strict=bool(labels))
    hdus += [label_hdu(one, frame, model=model) for one, frame in named]
    with atomic_path(path) as temporary, without_warnings():
        hdus.writeto(temporary, output_verify="silentfix+ignore", checksum=True)


def write_frame(
    path: str | Path,
    data: np.ndarray,
    *,
    name: str,
    keywords: dict[str, object] | None = None,
    overwrite: bool = False,
) -> None:
    """Write an image of integers, losslessly compressed where the name ends on `.fz`.

    Parameters
    ----------
    path : str or Path
        ``.fits``, ``.fits.gz`` or ``.fits.fz``.
    data : ndarray
        uint8, uint16 or int32 of shape (H, W).
    name : str
        EXTNAME.
    keywords : dict, optional
        Further keywords of the header; a value may be a pair of value and comment.
    overwrite : bool
        Whether an existing file is replaced.
    """
    refuse_existing(path, overwrite=overwrite)
    compressed = Path(path).suffix == ".fz"
    hdu = (fits.CompImageHDU if compressed else fits.PrimaryHDU)(data)
    hdu.name = name
    hdu.header.update(keywords or {})
    hdus = fits.HDUList([fits.PrimaryHDU(), hdu] if compressed else [hdu])
    with atomic_path(path) as temporary:
        hdus.writeto(temporary, checksum=True)


def _table_hdu(events: QTable) -> fits.BinTableHDU:
    """The table with its units and descriptions, without its metadata.

    A unit that the FITS standard lacks (electron) begins the description, in brackets.
    """
    plain = Table({name: np.asarray(events[name]) for name in events.colnames})
    hdu = fits.table_to_hdu(plain)
    hdu.name = "EVENTS"
    for number, name in enumerate(events.colnames, start=1):
        description = ascii_of(events[name].info.description)
        if events[name].unit is not None:
            try:
                hdu.header[f"TUNIT{number}"] = events[name].unit.to_string("fits")
            except ValueError:
                description = f"[{events[name].unit}] {description}"
        hdu.header[f"TCOMM{number}"] = description
    return hdu
