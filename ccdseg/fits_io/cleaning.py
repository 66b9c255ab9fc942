"""Writing a FITS file without its particles."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.reading import open_stream
from ccdseg.fits_io.writing import ascii_of, sign
from ccdseg.postprocessing import clean
from ccdseg.version import package_version

_SCALING = ("BSCALE", "BZERO", "BLANK")


def write_cleaned(
    path: str | Path,
    masks: Sequence[np.ndarray],
    *,
    frames: Sequence[Frame],
    classes: ClassCatalogue,
    model: str,
    overwrite: bool = False,
) -> None:
    """Write the file that frames come from once more, the particles in the frames filled.

    Every HDU stays in its place with its header and type of numbers. Only the pixels of particles
    in the given frames change: they are filled by `ccdseg.postprocessing.clean` in the numbers that
    the file stores, those of a section from the section alone. All others are the same to the last
    bit, NaN and BLANK with them. Images that were compressed are written uncompressed, with the
    values that reading them gives. The keywords SEGMODEL, SEGVERS, SEGDATE and NFILLED and a line
    of HISTORY say what was done.

    Parameters
    ----------
    path : str or Path
        File to write, ``.fits``.
    masks : sequence of ndarray
        Class indices, uint8, each of the shape of its frame.
    frames : sequence of Frame
        Segmented frames, all of one file, which is read again.
    classes : ClassCatalogue
        Meaning of the indices.
    model : str
        Name of the model that made the masks.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists, there is no class of particles, or a frame has no pixel left to fill
        from.
    """
    refuse_existing(path, overwrite=overwrite)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyUserWarning)
        with (
            open_stream(frames[0].path) as stream,
            fits.open(stream, memmap=False, do_not_scale_image_data=True) as hdus,
        ):
            for mask, frame in zip(masks, frames, strict=True):
                _fill(hdus[frame.hdu_index], mask, frame, classes, model)
            written = fits.HDUList([_uncompressed(hdu) for hdu in hdus])
            changed = {frame.hdu_index for frame in frames}
            for index, (old, new) in enumerate(zip(hdus, written, strict=True)):
                if index in changed or new is not old:
                    new.add_checksum()
            with atomic_path(path) as temporary:
                written.writeto(temporary, output_verify="silentfix+ignore")


def _fill(
    hdu: fits.ImageHDU | fits.CompImageHDU,
    mask: np.ndarray,
    frame: Frame,
    classes: ClassCatalogue,
    model: str,
) -> None:
    """Fill the particles of a frame in its HDU, and sign its header."""
    part = frame.section or (slice(None), slice(None))
    stored, blank = hdu.data[part], hdu.header.get("BLANK")
    lost = ~np.isfinite(stored) if stored.dtype.kind == "f" else stored == blank
    try:
        hdu.data[part] = clean(stored, mask, classes=classes, invalid=lost)
    except InputError as error:
        raise InputError(f"{frame.path}, {frame.label}: {error}") from None
    particles = classes.need_particles()
    n_filled = np.count_nonzero((mask == particles.index) & ~lost)
    sign(hdu.header, model, what="cleaning")
    hdu.header["NFILLED"] = (n_filled, f"filled pixels of class {ascii_of(particles.name)}")
    hdu.header.add_history(
        f"Pixels of class {ascii_of(particles.name)} in {frame.section_text or 'the image'} filled "
        f"by ccdseg {package_version()} with the model {ascii_of(model)}."
    )


def _uncompressed(hdu: fits.hdu.base._BaseHDU) -> fits.hdu.base._BaseHDU:
    """The HDU, or, where it is a compressed image, a plain one of the same values and header."""
    if not isinstance(hdu, fits.CompImageHDU):
        return hdu
    plain = fits.ImageHDU(hdu.data, hdu.header, do_not_scale_image_data=True)
    for key in _SCALING:
        if key in hdu.header:
            plain.header[key] = hdu.header[key]
    return plain
