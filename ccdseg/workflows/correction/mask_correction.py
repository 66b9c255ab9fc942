"""A mask while a person corrects it, and what is refused of an editor."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.fits_io import Frame
from ccdseg.fits_io.mask_reading import MaskImage
from ccdseg.mask import IGNORED

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class MaskCorrection:
    """Mask of one image and its correction.

    Attributes
    ----------
    frame : Frame
        Image, the part that was segmented.
    source : MaskImage
        Mask as it was written.
    found : ndarray
        Class indices before the correction, uint8 of the shape of the frame.
    events : astropy.table.QTable or None
        Events of the image, as in `EVENTS` of the file of the mask.
    mask : ndarray
        Class indices after it, `ccdseg.mask.IGNORED` where a person leaves a pixel undecided.
    """

    frame: Frame
    source: MaskImage
    found: np.ndarray
    events: QTable | None = None
    mask: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.mask = self.found.copy()

    @property
    def classes(self) -> ClassCatalogue:
        """Meaning of the class indices."""
        return self.source.classes

    @property
    def n_changed(self) -> int:
        """Pixels of another class than before; undecided ones do not count."""
        return int(np.count_nonzero((self.mask != self.found) & (self.mask != IGNORED)))

    @property
    def n_undecided(self) -> int:
        """Pixels that are left undecided."""
        return int(np.count_nonzero(self.mask == IGNORED))

    def take(self, values: np.ndarray, *, origin: str = "the editor") -> int:
        """Make `values` the corrected mask.

        Values that are no class, nor `ccdseg.mask.IGNORED`, leave the pixel as it was.

        Parameters
        ----------
        values : ndarray
            Numbers of the shape of the frame.
        origin : str
            Source of the values, for the message.

        Returns
        -------
        int
            Number of pixels whose value is no class.

        Raises
        ------
        InputError
            If the shape is another; the mask then stays as it was.
        """
        values = np.asarray(values)
        if values.shape != self.mask.shape:
            raise InputError(
                f"{self.frame.label}: the mask of {origin} has the shape {values.shape} and the "
                f"image {self.mask.shape}; the mask before it is kept."
            )
        valid = np.isin(values, [*range(len(self.classes)), IGNORED])
        n_invalid = int(values.size - np.count_nonzero(valid))
        if n_invalid:
            logger.warning(
                "%s: %d pixels of %s hold what is no class (%s); they stay as they were.",
                self.frame.label,
                n_invalid,
                origin,
                ", ".join(f"{value:g}" for value in np.unique(values[~valid])[:5]),
            )
        mask = self.mask.copy()
        mask[valid] = values[valid].astype(np.uint8)
        self.mask = mask
        return n_invalid


@dataclass(frozen=True, eq=False)
class FileCorrection:
    """Masks of one file and their corrections.

    Attributes
    ----------
    images : tuple of MaskCorrection
        One per mask of the file, at least one.
    mask_path : Path
        Masks as they were written.
    path : Path
        File of the corrected masks; it need not exist yet.
    resumed : bool
        Whether earlier corrections were taken up from it.
    """

    images: tuple[MaskCorrection, ...]
    mask_path: Path
    path: Path
    resumed: bool = False
