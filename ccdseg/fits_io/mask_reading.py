"""Reading masks that were written beside a frame, and finding the images they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.table import QTable, Table

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.fits_io.frame import Frame, cut_to
from ccdseg.fits_io.pixels import read_pixels
from ccdseg.fits_io.reading import image_indices, opened

_COLOURS = {row.name: row.colour for catalogue in (COSMICS, CLASSES) for row in catalogue}
_FURTHER = ((1.0, 0.8, 0.2), (0.8, 0.3, 1.0), (0.2, 0.9, 0.9), (1.0, 0.6, 0.7), (0.6, 0.6, 0.3))
"""Colours of classes that no catalogue has."""


@dataclass(frozen=True, eq=False)
class MaskImage:
    """Mask of one image as it was written.

    Attributes
    ----------
    values : ndarray
        Values of the pixels, float32 of shape (H, W): class indices, where nothing was damaged.
    classes : ClassCatalogue
        Meaning of the indices, by the keywords CLASS0, CLASS1, ….
    header : astropy.io.fits.Header
        Header of its HDU.
    hdu_index : int
        Number of the HDU.
    path : Path
        File.
    labels : ndarray or None
        Number of the event of each pixel, int32 of shape (H, W), 0 without one.
    """

    values: np.ndarray
    classes: ClassCatalogue
    header: fits.Header
    hdu_index: int
    path: Path
    labels: np.ndarray | None = None

    @property
    def hdu_name(self) -> str:
        """EXTNAME, empty where there is none."""
        return str(self.header.get("EXTNAME", "")).strip()

    @property
    def label(self) -> str:
        """EXTNAME, or ``HDU`` and the number."""
        return self.hdu_name or f"HDU{self.hdu_index}"


def read_masks(path: str | Path) -> list[MaskImage]:
    """Read the masks of a file of `ccdseg.fits_io.write_masks`, as they are.

    Raises
    ------
    InputError
        If the file is missing, damaged, or none of its images tells the meaning of its values.
    """
    path = Path(path)
    with opened(path) as (hdus, _):
        signed = [
            index
            for index in image_indices(hdus)
            if "NCLASSES" in hdus[index].header and len(hdus[index].shape) == 2
        ]
        if not signed:
            raise InputError(
                f"{path} holds no mask that ccdseg wrote (keyword NCLASSES); segment the frame "
                "with ccdseg predict."
            )
        return [_mask_image(hdus, index, path) for index in signed]


def read_events(path: str | Path) -> QTable | None:
    """Read the table EVENTS of a file of masks, with units; None where there is none."""
    path = Path(path)
    with opened(path) as (hdus, _):
        tables = [hdu for hdu in hdus if hdu.name == "EVENTS" and isinstance(hdu, fits.BinTableHDU)]
        return QTable(Table.read(tables[0])) if tables else None


def frames_of_masks(masks: Sequence[MaskImage], frames: Sequence[Frame]) -> list[Frame]:
    """Frame of each mask, cut to the section that was segmented.

    Masks are matched by the names of their HDUs; where these lack, by order.

    Raises
    ------
    InputError
        If a mask has no frame, or their shapes differ.
    """
    named = {frame.hdu_name: frame for frame in frames if frame.hdu_name}
    if len(named) == len(frames) and all(mask.hdu_name in named for mask in masks):
        chosen = [named[mask.hdu_name] for mask in masks]
    elif len(masks) == len(frames):
        chosen = list(frames)
    else:
        names = ", ".join(frame.label for frame in frames)
        raise InputError(
            f"{masks[0].path} holds {len(masks)} masks ({', '.join(m.label for m in masks)}) and "
            f"{frames[0].path} {len(frames)} images ({names}), and their names do not tell which "
            "belong together; give the frame that was segmented."
        )
    return [_fitting(mask, frame) for mask, frame in zip(masks, chosen, strict=True)]


def read_classes(header: fits.Header) -> ClassCatalogue:
    """Classes that a header names by NCLASSES and CLASS0, CLASS1, …; known ones in their colours.

    Raises
    ------
    InputError
        If a name is missing, or two are alike.
    """
    keys = [f"CLASS{index}" for index in range(int(header["NCLASSES"]))]
    names = [str(header.get(key, "")).strip() for key in keys]
    if not all(names) or len(set(names)) < len(names):
        raise InputError(
            f"The keywords {', '.join(keys)} name the classes {', '.join(names)}; each class "
            "needs a name of its own."
        )
    further = iter(_FURTHER * 60)
    return ClassCatalogue({name: _COLOURS.get(name) or next(further) for name in names})


def _mask_image(hdus: fits.HDUList, index: int, path: Path) -> MaskImage:
    hdu = hdus[index]
    name = f"{hdu.name.strip()}_LABELS".lstrip("_")
    found = [i for i in image_indices(hdus) if hdus[i].name.strip() == name.upper()]
    labels = hdus[found[0]].data if found else None
    if labels is not None and labels.shape != hdu.shape:
        labels = None
    return MaskImage(
        read_pixels(hdu),
        read_classes(hdu.header),
        hdu.header.copy(),
        index,
        path,
        None if labels is None else labels.astype(np.int32),
    )


def _fitting(mask: MaskImage, frame: Frame) -> Frame:
    frame = cut_to(frame, section=mask.header.get("SEGSEC"))
    if mask.values.shape != frame.data.shape:
        sizes = ["×".join(map(str, part.shape)) for part in (mask.values, frame.data)]
        raise InputError(
            f"{mask.path}, {mask.label} has {sizes[0]} pixels and {frame.path}, {frame.label} "
            f"{sizes[1]}; give the frame that was segmented."
        )
    return frame
