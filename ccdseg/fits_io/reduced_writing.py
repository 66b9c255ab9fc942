"""Writing frames that were reduced from raw images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astropy.io import fits

from ccdseg.errors import without_warnings
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.fits_io.reduced_header import STD, ReducedFrame, without_raw_keywords


def write_reduced(
    path: str | Path, frames: Sequence[ReducedFrame], *, primary_header: fits.Header
) -> None:
    """Write reduced frames as HDUs of one file, each followed by its standard deviations.

    Parameters
    ----------
    path : str or Path
        File to write, ``.fits``.
    frames : sequence of ReducedFrame
        Frames of one raw file.
    primary_header : astropy.io.fits.Header
        Header of its primary HDU.

    Raises
    ------
    InputError
        If the file exists.
    """
    refuse_existing(path)
    hdus = fits.HDUList([fits.PrimaryHDU(header=without_raw_keywords(primary_header))])
    for frame in frames:
        hdus.append(fits.ImageHDU(frame.data, frame.to_header(), name=frame.label))
        if frame.deviation is not None:
            deviation = fits.ImageHDU(frame.deviation, name=f"{frame.label}{STD}")
            deviation.header["BUNIT"] = hdus[-1].header["BUNIT"]
            deviation.header["NCOMBINE"] = (frame.n_samples, "samples of each pixel")
            hdus.append(deviation)
    with atomic_path(path) as temporary, without_warnings():
        hdus.writeto(temporary, output_verify="silentfix+ignore", checksum=True)
