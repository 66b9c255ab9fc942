"""Scores of one class image by image, as a table and in summary."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.evaluation.class_scores import IMAGE_SCORES, OBJECT_SCORES, ImageScores
from ccdseg.evaluation.counting import plain

_TITLES = IMAGE_SCORES | OBJECT_SCORES
_SHOWN = {
    "mean": "mean",
    "standard_deviation": "std",
    "median": "median",
    "pooled": "pooled",
    "n_images": "images",
}


@dataclass(frozen=True)
class ImageRow:
    """Scores of one image by one method.

    Attributes
    ----------
    group : str
        Set that the image belongs to.
    image : str
        Its name.
    method : str
        Method that predicted the mask.
    shape : tuple of int
        Rows and columns (px).
    all_pixels : ImageScores
        Scores of all pixels.
    unambiguous : ImageScores or None
        Scores with ambiguous pixels left out; None where these are not known.
    """

    group: str
    image: str
    method: str
    shape: tuple[int, int]
    all_pixels: ImageScores
    unambiguous: ImageScores | None = None


class ImageTable:
    """Scores of one class, image by image; no image is held.

    Parameters
    ----------
    name : str
        Name of the class.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[ImageRow] = []

    def add(self, row: ImageRow) -> None:
        """Add an image."""
        self.rows.append(row)

    def parts(self) -> Iterator[tuple[tuple[str, str, str], list[ImageScores]]]:
        """Scores of the images by (group, method, pixels); pixels: ``all`` or ``unambiguous``."""
        keys = dict.fromkeys((row.group, row.method) for row in self.rows)
        for key in keys:
            rows = [row for row in self.rows if (row.group, row.method) == key]
            yield (*key, "all"), [row.all_pixels for row in rows]
            if all(row.unambiguous for row in rows):
                yield (*key, "unambiguous"), [row.unambiguous for row in rows]

    def by_method(self, *pixels: str) -> dict[str, list[ImageScores]]:
        """Scores of the images of all sets by `series_name`.

        Parameters
        ----------
        *pixels : {"all", "unambiguous"}
            Pixels of the scores.
        """
        found: dict[str, list[ImageScores]] = {}
        for (_, method, part), scores in self.parts():
            if part in pixels:
                found.setdefault(series_name(method, part), []).extend(scores)
        return found

    def to_table(self) -> QTable:
        """One row per image and method: set, name, size, numbers of objects and scores.

        Columns that begin with ``unambiguous_`` leave ambiguous pixels out: NaN where these are not
        known, and absent where they are known for no image.
        """
        table = QTable(meta={"class": self.name})
        for title, key in {"set": "group", "image": "image", "method": "method"}.items():
            table[title] = np.array([getattr(row, key) for row in self.rows], dtype=str)
        for axis, title in enumerate(("rows", "columns")):
            lengths = [row.shape[axis] for row in self.rows]
            table[title] = u.Quantity(lengths, u.pix, dtype=np.int64)
        for prefix, key in {"": "all_pixels", "unambiguous_": "unambiguous"}.items():
            scores = [getattr(row, key) for row in self.rows]
            for name in (*OBJECT_SCORES, *IMAGE_SCORES) if any(scores) else ():
                table[prefix + name] = [getattr(one, name, math.nan) for one in scores]
        return table

    def summary(self) -> QTable:
        """Mean, standard deviation and median over the images, and the score of all pixels pooled.

        Returns
        -------
        astropy.table.QTable
            One row per set, method, pixels (``all`` or ``unambiguous``) and score: ``n_images``
            with a value, their ``mean``, ``standard_deviation`` and ``median``, NaN without any;
            and ``pooled``, the score of the pixels or objects of all images together.
        """
        rows = []
        for (group, method, pixels), scores in self.parts():
            pooled = sum(scores[1:], scores[0])
            for name in _TITLES:
                values = np.array([getattr(one, name) for one in scores], dtype=float)
                labels = {"set": group, "method": method, "pixels": pixels, "score": name}
                rows.append(labels | _summary(values) | {"pooled": float(getattr(pooled, name))})
        if not rows:
            raise InputError("No image was scored; add at least one.")
        return QTable(rows=rows, meta={"class": self.name})

    def by_set(self) -> QTable:
        """One row per set and method: the scores of all its images pooled.

        Returns
        -------
        astropy.table.QTable
            ``set``, ``method``, ``n_images``; of objects ``n_true``, ``n_predicted``, ``n_found``,
            ``n_false``, ``object_recall`` and ``false_per_megapixel`` (1/Mpix), ambiguous pixels
            left out where these are known; of pixels ``f1``, and ``unambiguous_f1``, NaN where
            these are not known.
        """
        pooled = {key: sum(scores[1:], scores[0]) for key, scores in self.parts()}
        n_images = {key: len(scores) for key, scores in self.parts()}
        table = QTable(meta={"class": self.name})
        keys = [key for key in pooled if key[2] == "all"]
        known = [pooled.get((*key[:2], "unambiguous")) for key in keys]
        for number, title in enumerate(("set", "method")):
            table[title] = np.array([key[number] for key in keys], dtype=str)
        table["n_images"] = [n_images[key] for key in keys]
        objects = [found or pooled[key] for found, key in zip(known, keys, strict=True)]
        for name in OBJECT_SCORES:
            table[name] = [getattr(scores, name) for scores in objects]
        table["false_per_megapixel"] /= u.Mpix
        table["f1"] = [pooled[key].f1 for key in keys]
        table["unambiguous_f1"] = [getattr(scores, "f1", math.nan) for scores in known]
        return table

    def to_dict(self, group: str) -> dict:
        """Summary of one set of images by method, pixels and score, ready for JSON."""
        found: dict[str, dict] = {}
        for row in self.summary():
            if row["set"] == group:
                pixels = found.setdefault(str(row["method"]), {}).setdefault(str(row["pixels"]), {})
                pixels[str(row["score"])] = {name: plain(row[name]) for name in _SHOWN}
        return found

    def to_text(self, group: str) -> str:
        """Summary of one set of images, one row per score and a block per method."""
        table = self.summary()
        table = table[table["set"] == group]
        blocks = []
        for method, pixels in dict.fromkeys(zip(table["method"], table["pixels"], strict=True)):
            title = f"{method}, {'all pixels' if pixels == 'all' else pixels}"
            lines = [f"{title:<30}{''.join(f'{name:>12}' for name in _SHOWN.values())}"]
            for row in table[(table["method"] == method) & (table["pixels"] == pixels)]:
                cells = "".join(f"{_cell(row[name]):>12}" for name in _SHOWN)
                lines.append(f"{_TITLES[row['score']]:<30}{cells}")
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)


def series_name(method: str, pixels: str) -> str:
    """Legend of the scores of a method; it names the pixels where they are not all."""
    return method if pixels == "all" else f"{method}, {pixels}"


def _summary(values: np.ndarray) -> dict:
    """Mean, standard deviation (of these images, not of others) and median of what is a number."""
    held = values[np.isfinite(values)]
    some = len(held) > 0
    return {
        "n_images": len(held),
        "mean": float(held.mean()) if some else math.nan,
        "standard_deviation": float(held.std()) if some else math.nan,
        "median": float(np.median(held)) if some else math.nan,
    }


def _cell(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:,}" if isinstance(value, np.integer) else f"{value:,.4f}"
