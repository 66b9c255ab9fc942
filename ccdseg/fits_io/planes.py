"""Planes beside a mask: what more is told of each pixel of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.arrays import release
from ccdseg.classes import ClassCatalogue
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.mask_headers import ascii_of, mask_header, name_bits, sign, sign_classes

_TILE_ROWS = 16
_PROBABILITY_STEP = 2.0**-15


class _LettingGo(np.ndarray):
    """Array that lets its pages go behind each part that is read, where it lies in a file."""

    def __getitem__(self, key: object) -> np.ndarray:
        whole = self.view(np.ndarray)
        part = np.array(whole[key])
        release(whole)
        return part


def plane_name(frame: Frame, kind: str) -> str:
    """Name of a plane: ``NAME_KIND``, or KIND where the image has no name and is the primary."""
    if frame.hdu_name or frame.hdu_index:
        return f"{frame.label}_{kind}"
    return kind


def plane_hdu(
    values: np.ndarray, frame: Frame, kind: str, *, comment: str, model: str
) -> fits.CompImageHDU:
    """Compressed plane of a frame with its header, WCS included.

    Parameters
    ----------
    values : ndarray
        Integers of shape (H, W) or (planes, H, W).
    frame : Frame
        Frame that they belong to.
    kind : str
        End of the name, as ``LABELS``.
    comment : str
        Meaning of the values.
    model : str
        Name of the model.
    """
    tile = (*[1] * (values.ndim - 2), _TILE_ROWS, values.shape[-1])
    hdu = fits.CompImageHDU(
        values.view(_LettingGo),
        mask_header(frame),
        name=plane_name(frame, kind),
        compression_type="RICE_1",
        tile_shape=tuple(map(min, tile, values.shape)),
    )
    sign(hdu.header, model, what=kind.lower())
    hdu.header.add_comment(comment)
    return hdu


def label_hdu(labels: np.ndarray, frame: Frame, *, model: str) -> fits.CompImageHDU:
    """Plane LABELS: the `id` of the event that owns each pixel, 0 without one."""
    return plane_hdu(
        labels, frame, "LABELS", comment="id in EVENTS of the event of each pixel", model=model
    )


def write_quality(
    path: str | Path,
    planes: Sequence[np.ndarray],
    *,
    frames: Sequence[Frame],
    bits: Mapping[str, int],
    model: str,
    overwrite: bool = False,
) -> None:
    """Write data quality as FITS: ``NAME_DQ`` for each image, its bits named by DQBIT0, DQBIT1, ….

    Parameters
    ----------
    path : str or Path
        File to write.
    planes : sequence of ndarray
        Sums of bits, unsigned or signed integers of the shapes of the frames.
    frames : sequence of Frame
        Segmented frames, all of one file.
    bits : mapping of str to int
        Values of the bits by their names.
    model : str
        Name of the model.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for.
    """
    hdus = []
    for values, frame in zip(planes, frames, strict=True):
        hdu = plane_hdu(values, frame, "DQ", comment="data quality, a sum of bits", model=model)
        name_bits(hdu.header, bits)
        hdus.append(hdu)
    _write(path, hdus, frames, overwrite=overwrite)


def write_probabilities(
    path: str | Path,
    planes: Sequence[np.ndarray],
    *,
    frames: Sequence[Frame],
    classes: ClassCatalogue,
    model: str,
    overwrite: bool = False,
) -> None:
    """Write probabilities as FITS: ``NAME_PROBABILITIES`` for each image, a plane per class.

    They are stored in steps of 2⁻¹⁵.

    Parameters
    ----------
    path : str or Path
        File to write.
    planes : sequence of ndarray
        Probabilities, float32 of shape (H, W, classes).
    frames, model, overwrite
        As for `write_quality`.
    classes : ClassCatalogue
        Classes of the planes.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for.
    """
    hdus = []
    for values, frame in zip(planes, frames, strict=True):
        steps = np.empty((values.shape[-1], *values.shape[:2]), dtype=np.int16)
        for index, plane in enumerate(steps):
            plane[:] = np.minimum(np.rint(values[..., index] / _PROBABILITY_STEP), 2**15 - 1)
        comment = "probability of each class, one plane per class"
        hdu = plane_hdu(steps, frame, "PROBABILITIES", comment=comment, model=model)
        hdu.header["BSCALE"] = (_PROBABILITY_STEP, "probability of a step")
        hdu.header["BZERO"] = 0.0
        sign_classes(hdu.header, classes)
        hdus.append(hdu)
    _write(path, hdus, frames, overwrite=overwrite)


def _write(
    path: str | Path, hdus: Sequence[fits.CompImageHDU], frames: Sequence[Frame], *, overwrite: bool
) -> None:
    refuse_existing(path, overwrite=overwrite)
    primary = fits.PrimaryHDU()
    primary.header["ORIGFILE"] = (ascii_of(frames[0].path.name), "file that was segmented")
    with atomic_path(path) as temporary:
        fits.HDUList([primary, *hdus]).writeto(
            temporary, output_verify="silentfix+ignore", checksum=True
        )
