"""Images of a stack as frames, one of which is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.errors import InputError
from ccdseg.fits_io import BadPixelMaps, Frame, HeaderFacts, cut_to
from ccdseg.images_io.stacks.bad_values import AUTO, BadValues, check_bad_values, find_bad
from ccdseg.images_io.stacks.opening import named_errors, open_stack
from ccdseg.images_io.stacks.stack import Stack

_NAME = "frame"


@dataclass(frozen=True, eq=False)
class StackFrame(Frame):
    """A frame that reads its pixels from the file again once it was released.

    Attributes
    ----------
    bad_values : "auto", sequence of float, or None
        Numbers that stand for no value, as `find_bad`; these pixels are NaN and flagged.
    bad_pixels : BadPixelMaps, optional
        Further bad pixels.
    """

    bad_values: BadValues = AUTO
    bad_pixels: BadPixelMaps | None = None

    @property
    def data(self) -> np.ndarray:
        """Signal (ADU), float32 of shape (H, W), NaN where there is none."""
        return self._contents[0]

    @data.setter
    def data(self, pixels: np.ndarray) -> None:
        self.__dict__["_kept"] = (pixels, None)

    @property
    def flagged(self) -> np.ndarray | None:
        """Pixels without a value, bool of shape (H, W); None where there is none."""
        return self._contents[1]

    @flagged.setter
    def flagged(self, bad: np.ndarray | None) -> None:
        self.__dict__["_kept"] = (self._kept[0], bad)

    @property
    def _contents(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Data and flagged pixels, from the file where they are not kept."""
        if self._kept is not None:
            return self._kept
        settings = {"bad_values": self.bad_values, "bad_pixels": self.bad_pixels}
        again = StackFrames(self.path, hdu=self.hdu_index, section=self.section_text, **settings)[0]
        return again.data, again.flagged

    def release(self) -> None:
        """Give the pixels away; they are read again when they are needed."""
        _ = self.n_bad, self.n_flagged  # counted while they are there
        self.__dict__["_kept"] = None


class StackFrames(Sequence):
    """Frames of a stack, read one by one; each is released when the next one is asked for.

    Parameters
    ----------
    path : str or Path
        TIFF, HDF5 (``FILE::DATASET`` chooses a data set), EDF or CBF.
    hdu : str, int or None
        ``"all"``, or number of one image from 0, as in the label ``frame3``; None for the only
        one.
    section, half
        Part of each image, as `ccdseg.fits_io.cut_to`.
    bad_values : "auto", sequence of float, or None
        Numbers that stand for no value, as `find_bad`; these pixels become NaN and are flagged.
    bad_pixels : BadPixelMaps, optional
        Further bad pixels of all images.

    Raises
    ------
    InputError
        If the file cannot be read, or there is no such image.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        hdu: str | int | None = "all",
        section: str | None = None,
        half: str | None = None,
        bad_values: BadValues = AUTO,
        bad_pixels: BadPixelMaps | None = None,
    ) -> None:
        check_bad_values(bad_values)
        self._path = Path(path)
        self._part = {"section": section, "half": half}
        self._quality = {"bad_values": bad_values, "bad_pixels": bad_pixels}
        with open_stack(self._path) as stack:
            self._n_images = stack.n_images
        self._indices = _choose(hdu, self._n_images, self._path)

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, number: int) -> Frame:
        """Frame of a place in the sequence, its pixels in memory."""
        with open_stack(self._path) as stack:
            return self._frame(stack, self._indices[number])

    def __iter__(self) -> Iterator[Frame]:
        with open_stack(self._path) as stack:
            for index in self._indices:
                frame = self._frame(stack, index)
                yield frame
                frame.release()

    def _frame(self, stack: Stack, index: int) -> StackFrame:
        digits = len(str(self._n_images - 1))
        data, bad = read_signal(stack, index, self._path, bad_values=self._quality["bad_values"])
        frame = StackFrame(
            data=data,
            header=fits.Header(),
            primary_header=fits.Header(),
            path=self._path,
            hdu_index=index,
            hdu_name=f"{_NAME}{index:0{digits}d}",
            top_first=True,
            facts=HeaderFacts(saturation=stack.saturation),
            flagged=bad,
            **self._quality,
        )
        frame, maps = cut_to(frame, **self._part), self._quality["bad_pixels"]
        return frame if maps is None else maps.applied_to(frame)


def read_signal(
    stack: Stack, index: int, path: str | Path, *, bad_values: BadValues = AUTO
) -> tuple[np.ndarray, np.ndarray | None]:
    """Read an image of a stack.

    Returns
    -------
    signal : ndarray
        Signal (ADU), float32 of shape (H, W), NaN where there is no value.
    bad : ndarray of bool or None
        These pixels, of the same shape; None where there is none.
    """
    with named_errors(f"{path}, {_NAME}{index}"):
        pixels = stack.read(index)
    signal, bad = pixels.astype(np.float32), _bad_in(stack, pixels, bad_values)
    if bad is not None:
        signal[bad] = np.nan
    return signal, bad


def _choose(hdu: str | int | None, n_images: int, path: Path) -> Sequence[int]:
    """Numbers of the images to read."""
    if hdu is None:
        if n_images > 1:
            raise InputError(f"{path} holds {n_images} images; give files of one image.")
        return [0]
    text = str(hdu).strip().lower()
    if text == "all":
        return range(n_images)
    number = text.removeprefix(_NAME)
    if not number.isdecimal() or int(number) >= n_images:
        raise InputError(
            f"{path} has no image {hdu!r}; its {n_images} images are numbered from 0 to "
            f"{n_images - 1}."
        )
    return [int(number)]


def _bad_in(stack: Stack, pixels: np.ndarray, bad_values: BadValues) -> np.ndarray | None:
    """Pixels without a value, by their numbers and by what the file says of all its images."""
    found = find_bad(pixels, bad_values, is_hybrid=stack.is_hybrid)
    if bad_values is None or stack.bad is None:
        return found
    return stack.bad if found is None else found | stack.bad
