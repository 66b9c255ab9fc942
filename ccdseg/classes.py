"""The catalogue of pixel classes: the only place for their names, order and colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ccdseg.errors import InputError

_PARTICLES = ("cluster", "cosmic")


@dataclass(frozen=True)
class PixelClass:
    """One row of a catalogue.

    Attributes
    ----------
    index : int
        Value of the class in a mask.
    name : str
        Name shown in legends, tables and headers.
    colour : tuple of float
        Red, green and blue, each from 0 to 1.
    """

    index: int
    name: str
    colour: tuple[float, float, float]


class ClassCatalogue(Sequence[PixelClass]):
    """An ordered, immutable list of classes; a class is found by its index or its name.

    Parameters
    ----------
    colours : dict of str to tuple of float
        Colour of each class by its name, in the order of the class indices.

    Examples
    --------
    >>> CLASSES["cluster"].index
    3
    >>> CLASSES.names
    ('background', 'glowing', 'hot pixel', 'cluster')
    """

    def __init__(self, colours: dict[str, tuple[float, float, float]]) -> None:
        if not 2 <= len(colours) <= 256:
            raise InputError(
                f"{len(colours)} classes; a mask of type uint8 holds between 2 and 256."
            )
        self._rows = tuple(
            PixelClass(index, name, tuple(map(float, colour)))
            for index, (name, colour) in enumerate(colours.items())
        )

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[PixelClass]:
        return iter(self._rows)

    def __getitem__(self, key: int | str) -> PixelClass:
        if not isinstance(key, str):
            return self._rows[key]
        for row in self._rows:
            if _spoken(key) in (_spoken(row.name), _spoken(row.name) + "s"):
                return row
        raise InputError(f"Unknown class {key!r}; the classes are: {', '.join(self.names)}.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassCatalogue) and self._rows == other._rows

    def __hash__(self) -> int:
        return hash(self._rows)

    def __repr__(self) -> str:
        return f"ClassCatalogue({', '.join(self.names)})"

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the order of the indices."""
        return tuple(row.name for row in self._rows)

    @property
    def colours(self) -> np.ndarray:
        """Colours, float32 of shape (classes, 3), 0 to 1."""
        return np.array([row.colour for row in self._rows], dtype=np.float32)

    @property
    def particles(self) -> PixelClass | None:
        """The class whose components are particles, ``cluster`` or ``cosmic``; None without one."""
        return next((row for row in self._rows if row.name in _PARTICLES), None)

    def need_particles(self) -> PixelClass:
        """The class of particles.

        Raises
        ------
        InputError
            If there is none.
        """
        if self.particles is None:
            raise InputError(
                f"None of the classes {', '.join(self.names)} is one of particles "
                f"({' or '.join(_PARTICLES)})."
            )
        return self.particles

    def check_indices(self, mask: np.ndarray) -> None:
        """Refuse a mask that holds what is no index of a class.

        Raises
        ------
        InputError
        """
        if mask.size and not 0 <= mask.min() <= mask.max() < len(self):
            raise InputError(
                f"The mask holds {mask.min()} to {mask.max()}; it must hold class indices from 0 "
                f"to {len(self) - 1}."
            )

    def translated(self, mask: np.ndarray, to: ClassCatalogue) -> np.ndarray:
        """Mask of these classes as one of another catalogue.

        Classes are matched by name, and that of particles with that of particles, whatever the
        names; what the other catalogue has no class for becomes its first class.

        Parameters
        ----------
        mask : ndarray
            Indices of these classes, unsigned integers of any shape.
        to : ClassCatalogue
            The other catalogue.

        Returns
        -------
        ndarray
            Indices of the classes of `to`, uint8 of the same shape.

        Raises
        ------
        InputError
            If the mask holds what is no index of a class.
        """
        self.check_indices(mask)
        if to == self:
            return mask
        others = {row.name: row.index for row in to}
        if self.particles and to.particles:
            others[self.particles.name] = to.particles.index
        return np.array([others.get(name, 0) for name in self.names], dtype=np.uint8)[mask]

    def recoloured(self, colours: str | Mapping[str, tuple[float, float, float]]) -> ClassCatalogue:
        """The same classes in other colours, for pictures.

        Parameters
        ----------
        colours : str or mapping of str to tuple of float
            Name of a map of `COLOUR_MAPS`, as ``"safe"``; or red, green and blue (0 to 1) by the
            name of the class. A class that is missing keeps its colour.

        Raises
        ------
        InputError
            If there is no map of that name.
        """
        if isinstance(colours, str):
            if colours not in COLOUR_MAPS:
                raise InputError(f"Unknown colours {colours!r}; take {' or '.join(COLOUR_MAPS)}.")
            colours = COLOUR_MAPS[colours]
        return ClassCatalogue({row.name: colours.get(row.name, row.colour) for row in self})

    def to_list(self) -> list[dict]:
        """Rows as plain dictionaries, ready for JSON."""
        return [asdict(row) for row in self._rows]

    @classmethod
    def from_list(cls, rows: list[dict]) -> ClassCatalogue:
        """Rebuild a catalogue from `to_list`."""
        ordered = sorted(rows, key=lambda row: row["index"])
        colours = {row["name"]: tuple(row["colour"]) for row in ordered}
        if [row["index"] for row in ordered] != list(range(len(colours))):
            raise InputError(
                f"The classes have the index {[row['index'] for row in ordered]} and the names "
                f"{', '.join(colours)}; they must count from 0, each with a name of its own."
            )
        return cls(colours)


def _spoken(name: str) -> str:
    return name.strip().lower().replace("_", " ").replace("-", " ")


CLASSES = ClassCatalogue(
    {
        "background": (0.0, 0.0, 0.0),
        "glowing": (0.35, 1.0, 0.25),
        "hot pixel": (0.0, 0.5, 1.0),
        "cluster": (1.0, 0.2, 0.2),
    }
)
"""Classes of a CCD that looks for dark matter."""

COSMICS = ClassCatalogue({"background": (0.0, 0.0, 0.0), "cosmic": (1.0, 0.2, 0.2)})
"""Classes of an X-ray image."""

_RED = (0.75, 0.22, 0.0)
COLOUR_BLIND_SAFE = {
    "glowing": (1.0, 0.82, 0.5),
    "hot pixel": (0.0, 0.35, 0.75),
    "cluster": _RED,
    "cosmic": _RED,
}
"""Colours that the colour-blind tell apart: by CIEDE2000, the two that are closest for protanopes,
deuteranopes or tritanopes (of all four, black with them) differ by 31, those of `CLASSES` by 19."""

COLOUR_MAPS = {"original": {}, "safe": COLOUR_BLIND_SAFE}
"""Colours by the name under which a user chooses them: those of the classes, and the others."""
