"""Companions of an image in its file: HDUs of data quality, errors, and what ccdseg adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from astropy.io import fits

from ccdseg.arrays import empty, strips
from ccdseg.errors import InputError
from ccdseg.fits_io.dq_bits import BitChoice, bad_pixels_of, names_of, parse_bits
from ccdseg.fits_io.pixels import read_pixels, strips_of

QUALITY, ERROR, VARIANCE, RESULT = "quality", "error", "variance", "result"

_ROLES = {
    **dict.fromkeys(("DQ", "MASK", "BPM", "FLAGS", "QUALITY"), QUALITY),
    **dict.fromkeys(("ERR", "ERROR", "STDDEV", "UNCERT"), ERROR),
    **dict.fromkeys(("VAR", "VARIANCE"), VARIANCE),
    **dict.fromkeys(("LABELS", "REPLACED", "STD", "LEVEL", "SCATTER"), RESULT),
}
"""Roles of HDUs by their names, or by what follows the name of an image and ``_``."""

_NAME = re.compile(rf"(?:(?P<image>.+)_)?(?P<role>{'|'.join(_ROLES)})", re.IGNORECASE)
Conversion = Callable[[np.ndarray], np.ndarray]

_UNCERTAINTIES: dict[str, tuple[Conversion, Conversion]] = {
    "StdDevUncertainty": (np.asarray, np.asarray),
    "VarianceUncertainty": (np.sqrt, np.square),
    "InverseVariance": (lambda values: values**-0.5, lambda values: values**-2.0),
}
"""Into standard deviations and back, for what astropy writes into the keyword UTYPE."""


@dataclass(frozen=True)
class Companions:
    """HDUs that belong to images of a file.

    Attributes
    ----------
    images : tuple of int
        Images that are no companions; all of them where each would be one.
    of_image : dict of int to dict of str to int
        HDU of each role by the image that it belongs to.
    """

    images: tuple[int, ...]
    of_image: dict[int, dict[str, int]]

    @classmethod
    def find(cls, hdus: fits.HDUList, images: Sequence[int]) -> Companions:
        """Find the companions among the images of a file.

        ``CCD_B_DQ`` belongs to ``CCD_B``; ``DQ`` to the image of the same EXTVER, of several the
        last before it. Its shape must be that of the image.
        """
        matches = {i: _NAME.fullmatch(hdus[i].name.strip()) for i in images}
        plain = tuple(i for i in images if matches[i] is None)
        found: dict[int, dict[str, int]] = {i: {} for i in plain}
        for index, match in matches.items():
            owner = match and _owner(hdus, plain, index, match["image"])
            if owner is not None:
                found[owner].setdefault(role_of(hdus[index].name), index)
        return cls(plain or tuple(images), found)

    def flagged(
        self, hdus: fits.HDUList, index: int, *, bits: BitChoice, where: str
    ) -> np.ndarray | None:
        """Pixels of an image that its data-quality map calls bad, bool (H, W); None without one."""
        quality = self.of_image.get(index, {}).get(QUALITY)
        if quality is None:
            return None
        return flagged_by(hdus, quality, bits=bits, where=where)

    def uncertainty(self, hdus: fits.HDUList, index: int) -> np.ndarray | None:
        """Standard deviations of an image, float32 (H, W); None where its file has none."""
        roles = self.of_image.get(index, {})
        role = next((role for role in (ERROR, VARIANCE) if role in roles), None)
        if role is None:
            return None
        hdu = hdus[roles[role]]
        converted = deviations_of(hdu)
        if converted is None:
            return None
        deviations = read_pixels(hdu)
        with np.errstate(invalid="ignore", divide="ignore"):
            for rows in strips(deviations):
                deviations[rows] = converted[0](deviations[rows])
        return deviations


def flagged_by(hdus: fits.HDUList, index: int, *, bits: BitChoice, where: str) -> np.ndarray:
    """Pixels that the data-quality map in an HDU calls bad, bool (H, W).

    Raises
    ------
    InputError
        If the bits do not fit the map.
    """
    tables = (hdu.data for hdu in hdus if hdu.name == "DQ_DEF" and not hdu.is_image)
    names = names_of(hdus[index].header, next(tables, None))
    hdu = hdus[index]
    try:
        counted = parse_bits(bits, names)
    except InputError as error:
        raise InputError(f"{where}, {hdu.name or f'HDU {index}'}: {error}") from None
    bad = empty(hdu.shape, bool)
    for rows in strips_of(hdu, bad):
        bad[rows] = bad_pixels_of(hdu.section[rows], counted)
    return bad


def deviations_of(hdu: fits.ImageHDU | fits.CompImageHDU) -> tuple[Conversion, Conversion] | None:
    """How the values of an HDU of errors become standard deviations, and back; None if unknown."""
    usual = "VarianceUncertainty" if role_of(hdu.name) == VARIANCE else "StdDevUncertainty"
    return _UNCERTAINTIES.get(str(hdu.header.get("UTYPE", usual)))


def image_name(name: str) -> str:
    """Name in capitals of the image that an HDU of some name is, or belongs to; may be empty."""
    match = _NAME.fullmatch(name.strip())
    return ((match["image"] or "") if match else name).strip().upper()


def role_of(name: str) -> str | None:
    """Role of an HDU by its name; None where it is an image of its own."""
    match = _NAME.fullmatch(name.strip())
    return match and _ROLES[match["role"].upper()]


def _owner(hdus: fits.HDUList, images: Sequence[int], index: int, name: str | None) -> int | None:
    """Image that a companion belongs to."""
    alike = [i for i in images if hdus[i].shape == hdus[index].shape]
    if name is not None:
        alike = [i for i in alike if hdus[i].name.strip().upper() == name.upper()]
    of_version = [i for i in alike if hdus[i].ver == hdus[index].ver]
    before = [i for i in of_version if i < index]
    return next(iter(reversed(before)), next(iter(of_version), None))
