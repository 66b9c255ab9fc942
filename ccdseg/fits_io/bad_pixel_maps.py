"""Maps of bad pixels in a file of their own, for the images of a detector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ccdseg.errors import InputError
from ccdseg.fits_io.companions import QUALITY, flagged_by, image_name, role_of
from ccdseg.fits_io.dq_bits import ALL_BITS, BitChoice
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.reading import image_indices, opened


@dataclass(frozen=True, eq=False)
class BadPixelMaps:
    """Bad pixels of the images of a detector.

    Attributes
    ----------
    path : Path
        File that they come from.
    maps : dict of str to ndarray of bool
        Bad pixels, (H, W), by the name of the image, in capitals; empty where it has none.
    """

    path: Path
    maps: dict[str, np.ndarray]

    @classmethod
    def read(cls, path: str | Path, *, bits: BitChoice = ALL_BITS) -> BadPixelMaps:
        """Read all maps of a FITS file: data quality, in which any of the bits makes a pixel bad.

        Raises
        ------
        InputError
            If the file is no FITS, holds no image of two dimensions, two of one name, or bits that
            do not fit.
        """
        path = Path(path)
        maps: dict[str, np.ndarray] = {}
        with opened(path) as (hdus, _):
            for index in image_indices(hdus):
                name, role = image_name(hdus[index].name), role_of(hdus[index].name)
                if len(hdus[index].shape) != 2 or role not in (None, QUALITY):
                    continue
                if name in maps:
                    raise InputError(
                        f"{path} holds two maps of bad pixels {name!r}; give each the name of its "
                        "image (EXTNAME)."
                    )
                maps[name] = flagged_by(hdus, index, bits=bits, where=str(path))
        if not maps:
            raise InputError(f"{path} holds no image, so no map of bad pixels.")
        return cls(path, maps)

    def applied_to(self, frame: Frame) -> Frame:
        """Frame with the pixels of its map flagged as bad: that of its name, or the only one.

        Raises
        ------
        InputError
            If there is no map for the frame, or its shape is another.
        """
        found = self.maps.get(frame.map_name)
        if found is None and len(self.maps) == 1:
            found = next(iter(self.maps.values()))
        if found is None:
            raise InputError(
                f"{self.path} has no map of bad pixels for {frame.path}, {frame.label}; its maps "
                f"are of {', '.join(self.maps)}."
            )
        part = found if frame.section is None else found[frame.section]
        whole = frame.section is None or max(s.stop for s in frame.section) <= max(found.shape)
        if part.shape != frame.data.shape or not whole:
            raise InputError(
                f"{self.path}: the map of bad pixels has the shape {found.shape}, which does not "
                f"fit {frame.path}, {frame.label} of shape {frame.data.shape}."
            )
        return frame.with_flagged(part)
