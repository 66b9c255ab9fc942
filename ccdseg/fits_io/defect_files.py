"""Files of the defects of a detector: three images for each of its images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.calibration.defects import Defect, DefectMap
from ccdseg.errors import InputError
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io.dq_bits import DQ_KEYWORD
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.mask_headers import ascii_of
from ccdseg.fits_io.reading import opened
from ccdseg.version import package_version

_PLANES = {"flags": "DQ", "level": "LEVEL", "scatter": "SCATTER"}
"""Ends of the names of the HDUs, by attributes of `DefectMap`."""

_COMMENTS = {
    "DQ": "defects of each pixel, a sum of bits",
    "LEVEL": "signal above the background that stays",
    "SCATTER": "standard deviation between exposures",
}


@dataclass(frozen=True, eq=False)
class DefectMaps:
    """Defects of the images of a detector.

    Attributes
    ----------
    maps : dict of str to DefectMap
        Map of each image by its name, in capitals; ``""`` where it has none.
    path : Path or None
        File that they come from.
    """

    maps: dict[str, DefectMap]
    path: Path | None = None

    @classmethod
    def read(cls, path: str | Path) -> DefectMaps:
        """Read a file of `write_defects`.

        Raises
        ------
        InputError
            If it is no such file.
        """
        path = Path(path)
        maps = {}
        with opened(path) as (hdus, _):
            for hdu in hdus:
                name, _, plane = hdu.name.rpartition("_")
                if hdu.name == "DQ" or plane == "DQ":
                    maps[name.upper()] = _read_map(hdus, name, path)
        if not maps:
            raise InputError(f"{path} holds no defects; make it with ccdseg defects.")
        return cls(maps, path)

    def of(self, frame: Frame) -> DefectMap:
        """Map of a frame: that of its name, or the only one; of its section.

        Raises
        ------
        InputError
            If there is none, or its shape is another.
        """
        found = self.maps.get(frame.map_name)
        if found is None and len(self.maps) == 1:
            found = next(iter(self.maps.values()))
        source = self.path or "The map of defects"
        if found is None:
            raise InputError(
                f"{source} has no defects of {frame.path}, {frame.label}; it has those of "
                f"{', '.join(self.maps)}."
            )
        if frame.section is not None:
            found = found.cut(frame.section)
        if found.shape != frame.data.shape:
            raise InputError(
                f"{source}: the defects are of an image of {found.shape[0]}×{found.shape[1]} "
                f"pixels, and {frame.path}, {frame.label} has {frame.data.shape[0]}×"
                f"{frame.data.shape[1]}; give the map of this detector."
            )
        return found


def write_defects(
    path: str | Path,
    maps: Mapping[str, DefectMap],
    *,
    exposures: Sequence[str] = (),
    overwrite: bool = False,
) -> None:
    """Write the defects of the images of a detector.

    Each image has the HDUs ``NAME_DQ`` (uint8, bits named by the keywords DQBIT0, DQBIT1, …),
    ``NAME_LEVEL`` and ``NAME_SCATTER`` (float32, ADU), without ``NAME_`` where it has no name;
    NCOMBINE and NOISE (ADU) tell number and noise of the exposures.

    Parameters
    ----------
    path : str or Path
        File to write.
    maps : mapping of str to DefectMap
        Map of each image by its name.
    exposures : sequence of str
        Names of the files of the exposures, for the header.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for.
    """
    refuse_existing(path, overwrite=overwrite)
    primary = fits.PrimaryHDU()
    primary.header.add_history(f"Defects found by ccdseg {package_version()} in:")
    for name in exposures:
        primary.header.add_history(ascii_of(name))
    hdus = fits.HDUList([primary])
    for name, defects in maps.items():
        for attribute, plane in _PLANES.items():
            hdu = fits.CompImageHDU(
                defects.image(attribute),
                name=f"{name}_{plane}" if name else plane,
                compression_type="GZIP_2",
                quantize_level=0,
            )
            hdu.header["NCOMBINE"] = (defects.n_exposures, "number of exposures")
            hdu.header["NOISE"] = (defects.noise, "[adu] noise of an exposure")
            hdu.header.add_comment(_COMMENTS[plane])
            hdus.append(hdu)
        dq = hdus[-len(_PLANES)].header
        for bit, kind in enumerate(Defect):
            dq[f"{DQ_KEYWORD}{bit}"] = (kind.name, f"meaning of the value {int(kind)}")
    with atomic_path(path) as temporary:
        hdus.writeto(temporary, checksum=True)


def _read_map(hdus: fits.HDUList, name: str, path: Path) -> DefectMap:
    planes = {}
    for attribute, plane in _PLANES.items():
        found = [hdu for hdu in hdus if hdu.name == (f"{name}_{plane}" if name else plane)]
        if not found or not found[0].is_image or len(found[0].shape) != 2:
            raise InputError(
                f"{path} lacks the image {plane} of its defects; make it with ccdseg defects."
            )
        planes[attribute] = found[0]
    header = planes["flags"].header
    images = {attribute: np.asarray(hdu.data) for attribute, hdu in planes.items()}
    if len({image.shape for image in images.values()}) != 1:
        raise InputError(f"{path}: the images of defects differ in shape.")
    try:
        numbers = {"noise": float(header["NOISE"]), "n_exposures": int(header["NCOMBINE"])}
    except (KeyError, ValueError, TypeError):
        raise InputError(f"{path} lacks NOISE or NCOMBINE; make it with ccdseg defects.") from None
    return DefectMap.of_images(**images, **numbers)
