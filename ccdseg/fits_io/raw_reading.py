"""Raw images, whose rows are read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.fits_io.header_facts import HeaderFacts
from ccdseg.fits_io.reading import choose_images, opened


@dataclass(frozen=True, eq=False)
class RawImage:
    """An image HDU of an open file, of two axes or three.

    Attributes
    ----------
    hdu : ImageHDU or CompImageHDU
        The HDU.
    header, primary_header : astropy.io.fits.Header
        Its header, and that of the primary HDU.
    hdu_index : int
        Number of the HDU.
    shape : tuple of int
        Shape of its data.
    facts : HeaderFacts
        What the header tells of unit, gain, noise, saturation and exposure.
    """

    hdu: fits.ImageHDU | fits.CompImageHDU
    header: fits.Header
    primary_header: fits.Header
    hdu_index: int
    shape: tuple[int, ...]
    facts: HeaderFacts

    @property
    def name(self) -> str:
        """EXTNAME without trailing blanks."""
        return str(self.header.get("EXTNAME", "")).strip()

    @property
    def label(self) -> str:
        """EXTNAME, or ``HDU`` and the number."""
        return self.name or f"HDU{self.hdu_index}"

    @property
    def keywords(self) -> dict[str, object]:
        """Keywords of the primary header, those of the HDU in the place of its own."""
        return {**self.primary_header, **self.header}

    def read_rows(self, rows: slice) -> np.ndarray:
        """Data of the rows, scaled by BSCALE and BZERO; of a cube those of all planes."""
        return self.hdu.section[..., rows, :]


@contextmanager
def open_raw(path: str | Path, *, hdu: str | int | None = "all") -> Iterator[list[RawImage]]:
    """Open a file for reading raw images strip by strip.

    Parameters
    ----------
    path : str or Path
        `.fits`, `.fits.gz` or `.fits.fz`.
    hdu : str or int, optional
        Name or number of the image, ``"all"``, or None for the first.

    Yields
    ------
    list of RawImage

    Raises
    ------
    InputError
        If the file is missing, no FITS or truncated, or holds no such image.
    """
    path = Path(path)
    with opened(path) as (hdus, _):
        primary = hdus[0].header.copy()
        yield [
            RawImage(
                hdu=hdus[index],
                header=hdus[index].header.copy(),
                primary_header=primary,
                hdu_index=index,
                shape=hdus[index].shape,
                facts=HeaderFacts.of(hdus[index].header, primary),
            )
            for index in choose_images(hdus, hdu, path)
        ]
