"""Overscan of an amplifier: the pixels without light beside its rows, above or below them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.calibration.overscan import OverscanMethod, overscan_level
from ccdseg.detector.amplifier import Amplifier
from ccdseg.detector.image_section import Part, parse_section
from ccdseg.errors import InputError


@dataclass(frozen=True)
class AmplifierOverscan:
    """Parts of an image that an amplifier reads without light.

    Attributes
    ----------
    beside : tuple of (slice, slice)
        Parts beside its rows, along all of them: they show the pedestal of each row.
    across : tuple of (slice, slice)
        Parts above or below, along all of its columns: they show the pedestal where there is none
        beside the rows, and are trimmed alone else.
    """

    beside: tuple[Part, ...]
    across: tuple[Part, ...]

    @classmethod
    def of(cls, amplifier: Amplifier, shape: tuple[int, int]) -> AmplifierOverscan:
        """Overscan of an amplifier of an image of a shape.

        Raises
        ------
        InputError
            If a part reaches along neither all rows nor all columns of the amplifier.
        """
        rows, columns = parse_section(amplifier.section, shape)
        beside, across = [], []
        for text in amplifier.overscan:
            part = parse_section(text, shape)
            if _covers(part[0], rows):
                beside.append((rows, part[1]))
            elif _covers(part[1], columns):
                across.append((part[0], columns))
            else:
                raise InputError(
                    f"The overscan {text} reaches along neither all rows nor all columns of "
                    f"{amplifier.section}; give one that does."
                )
        return cls(tuple(beside), tuple(across))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Parts that show the pedestal; none without overscan."""
        return self.beside or self.across

    def pixels(self, image: np.ndarray) -> np.ndarray:
        """Their pixels of an image (H, W), rows and columns as they lie."""
        return np.concatenate([image[part] for part in self.parts], axis=1 if self.beside else 0)

    def level(self, image: np.ndarray, *, method: OverscanMethod, degree: int) -> np.ndarray:
        """Pedestal (ADU), to be subtracted from the section: of each row, or of each column.

        Above or below, no row has overscan of its own: ``row`` is one median of all, and a
        polynomial or spline goes along the columns.

        Returns
        -------
        ndarray
            float64 of shape (rows, 1) or (1, columns).
        """
        overscan = self.pixels(image)
        if self.beside:
            return overscan_level(overscan, method=method, degree=degree)[:, np.newaxis]
        method = "median" if method == "row" else method
        return overscan_level(overscan.T, method=method, degree=degree)[np.newaxis]

    def describe(self, name: str, pedestal: float, *, method: OverscanMethod, degree: int) -> str:
        """One line that says what was subtracted (ADU)."""
        n_lines = sum(
            (part[1].stop - part[1].start) if self.beside else (part[0].stop - part[0].start)
            for part in self.parts
        )
        lines = f"{n_lines} {'columns' if self.beside else 'rows'} of overscan"
        method = "median" if method == "row" and not self.beside else method
        told = f"{method} of degree {degree}" if method == "polynomial" else method
        return f"Amplifier {name}: pedestal of {pedestal:.6g} ADU by {lines}, {told}, subtracted."


def _covers(part: slice, whole: slice) -> bool:
    return part.start <= whole.start and part.stop >= whole.stop
