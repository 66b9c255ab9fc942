"""Writing a FITS file without its particles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from astropy.io import fits

from ccdseg.arrays import strips
from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError, without_warnings
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.mask_headers import ascii_of, sign
from ccdseg.fits_io.pixels import append_image, read_pixels
from ccdseg.fits_io.reading import open_stream
from ccdseg.fits_io.replaced_pixels import (
    ImageHdu,
    error_planes,
    lost_pixels,
    replaced_hdu,
    replaced_pixels,
    stored_type,
    with_raised_errors,
)
from ccdseg.postprocessing import clean
from ccdseg.version import package_version

_AT_ONCE = 2**24  # bytes that are copied


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
    of HISTORY say what was done. Behind the HDUs of the file, ``NAME_REPLACED`` tells for each
    image which pixels were filled (1). Where the file has the errors of an image (ERR and the like,
    see `ccdseg.fits_io.companions.Companions`), those of the filled pixels are raised: to what the
    surroundings fluctuate by, and what is not known of their mean.

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
    changed = {frame.hdu_index: (frame, mask) for frame, mask in zip(frames, masks, strict=True)}
    with (
        without_warnings(),
        atomic_path(path) as temporary,
        open_stream(frames[0].path) as stream,
        fits.open(stream, memmap=False, do_not_scale_image_data=True) as hdus,
    ):
        errors = error_planes(hdus, changed)
        for index, hdu in enumerate(hdus):
            if index in changed:
                frame, mask = changed[index]
                data, n_filled = _cleaned(hdu, frame, mask, classes)
                _sign(hdu.header, frame, n_filled, classes, model)
                append_image(temporary, hdu.header, data)
            elif index in errors:
                image = errors[index]
                replaced = replaced_pixels(hdus[image], *changed[image], classes)
                append_image(temporary, hdu.header, with_raised_errors(hdu, replaced))
            elif isinstance(hdu, fits.CompImageHDU):
                append_image(temporary, hdu.header, read_pixels(hdu, stored_type(hdu)))
            else:
                _append_copy(temporary, stream, hdu)
        for index, (frame, mask) in changed.items():
            replaced = replaced_pixels(hdus[index], frame, mask, classes)
            plane = replaced_hdu(replaced, frame, model=model)
            append_image(temporary, plane.header, plane.data)


def _cleaned(
    hdu: ImageHdu, frame: Frame, mask: np.ndarray, classes: ClassCatalogue
) -> tuple[np.ndarray, int]:
    """Values of an HDU as it stores them, the particles of a frame filled, and how many."""
    data = read_pixels(hdu, stored_type(hdu))
    part = data if frame.section is None else data[frame.section]
    lost, n_filled = lost_pixels(hdu, part, frame), 0
    for rows in strips(mask, lost):
        n_filled += np.count_nonzero((mask[rows] == classes.need_particles().index) & ~lost[rows])
    try:
        filled = clean(part, mask, classes=classes, invalid=lost)
    except InputError as error:
        raise InputError(f"{frame.path}, {frame.label}: {error}") from None
    if frame.section is None:
        return filled, n_filled
    for rows in strips(part, filled):
        part[rows] = filled[rows]
    return data, n_filled


def _sign(
    header: fits.Header, frame: Frame, n_filled: int, classes: ClassCatalogue, model: str
) -> None:
    """Say in the header of an image what was filled."""
    particles = classes.need_particles()
    sign(header, model, what="cleaning")
    header["NFILLED"] = (n_filled, f"filled pixels of class {ascii_of(particles.name)}")
    header.add_history(
        f"Pixels of class {ascii_of(particles.name)} in {frame.section_text or 'the image'} filled "
        f"by ccdseg {package_version()} with the model {ascii_of(model)}."
    )


def _append_copy(path: Path, stream: BinaryIO, hdu: fits.hdu.base._BaseHDU) -> None:
    """Write an HDU behind those of a file as it is, padding included that its file may lack."""
    info = hdu.fileinfo()
    left = info["datLoc"] + info["datSpan"] - info["hdrLoc"]
    stream.seek(info["hdrLoc"])
    with path.open("ab") as file:
        while left and (block := stream.read(min(left, _AT_ONCE))):
            file.write(block)
            left -= len(block)
        file.write(bytes(left))
