"""Table of a run: one row per image, those that failed among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.classes import ClassCatalogue

RUN_TABLE = "run.ecsv"

COLUMNS = ("path", "hdu", "n_events", "model", "error")
"""Columns by which such a table is known."""

_COLUMNS = {
    "path": (np.str_, None, "file that was to be segmented"),
    "hdu": (np.str_, None, "name of the image in it"),
    "section": (np.str_, None, "part of the image, columns and rows from 1; empty for all of it"),
    "rows": (np.int64, u.pix, "rows that were segmented"),
    "columns": (np.int64, u.pix, "columns that were segmented"),
    "n_not_finite": (np.int64, u.pix, "pixels that are not finite"),
    "n_events": (np.int64, None, "events"),
    "exposure": (np.float64, u.s, "exposure time"),
    "start": (np.str_, None, "start of the exposure; empty where its header has none"),
    "live_pixels": (np.int64, u.pix, "pixels in which particles are found"),
    "live_mass": (np.float64, u.kg, "mass of their silicon"),
    "live_time": (np.float64, u.s, "mean time that they collected charge"),
    "live_exposure": (np.float64, u.kg * u.day, "their mass times time"),
    "pedestal": (np.float64, u.adu, "pedestal of the detector, or its estimate"),
    "noise": (np.float64, u.adu, "standard deviation of the read noise, or its estimate"),
    "gain": (np.float64, u.adu / u.electron, "gain of the detector, or its estimate"),
    "seconds": (np.float64, u.s, "time that the prediction took"),
    "date": (np.str_, None, "end of the segmentation, UTC"),
    "model": (np.str_, None, "model"),
    "version": (np.str_, None, "version of ccdseg"),
    "error": (np.str_, None, "why there are no results; empty where there are"),
}
"""Type, unit and description of each column; the percentages of the classes come behind them."""


def build_table(
    paths: Sequence[Path],
    summaries: Mapping[Path, dict],
    failed: Mapping[Path, str],
    *,
    classes: ClassCatalogue,
) -> QTable:
    """One row per image, and one per file that failed.

    Parameters
    ----------
    paths : sequence of Path
        Files of the run.
    summaries : mapping of Path to dict
        Content of the summaries of files with results.
    failed : mapping of Path to str
        Errors of the files without results.
    classes : ClassCatalogue
        Classes of the model.

    Returns
    -------
    astropy.table.QTable
        Numbers that are not known are NaN, or 0 for counts.
    """
    percents = {
        _percent_of(row.name): (np.float64, None, f"share of pixels of {row.name}")
        for row in classes
    }
    rows = [
        row
        for path in paths
        if path in summaries or path in failed
        for row in _rows(path, summaries.get(path), failed.get(path, ""))
    ]
    table = QTable()
    for name, (kind, unit, description) in {**_COLUMNS, **percents}.items():
        missing = {np.str_: "", np.int64: 0, np.float64: np.nan}[kind]
        found = (row.get(name) for row in rows)
        values = np.array([missing if value is None else value for value in found], dtype=kind)
        table[name] = values if unit is None else u.Quantity(values, unit, dtype=kind)
        table[name].info.description = description
    return table


def _rows(path: Path, summary: dict | None, error: str) -> list[dict]:
    """Rows of a file by the names of their columns."""
    if summary is None:
        return [{"path": str(path), "error": error}]
    return [
        {
            "path": str(path),
            "hdu": image["hdu"],
            "section": image["section"],
            "rows": image["shape"][0],
            "columns": image["shape"][1],
            "n_not_finite": image["not_finite_pixels"],
            "n_events": image["events"],
            "start": image["header"]["start"],
            **_live_numbers(image),
            **_detector_numbers(image["detector"] or {}),
            "seconds": image["seconds"],
            "date": summary["date"],
            "model": summary["model"],
            "version": summary["ccdseg"],
            **{_percent_of(name): row["percent"] for name, row in image["classes"].items()},
        }
        for image in summary["hdus"]
    ]


def _percent_of(class_name: str) -> str:
    return f"percent_{class_name.replace(' ', '_')}"


def exposure_time(image: dict) -> float | None:
    """Exposure time (s) of an image of a summary: told, or else that of its header."""
    told = (image.get("live") or {}).get("exposure_time")
    return image["header"]["exposure"] if told is None else told


def _live_numbers(image: dict) -> dict:
    """Exposure time, and what is live; unknown in summaries of earlier versions."""
    live = image.get("live") or {}
    known = {f"live_{name}": live.get(name) for name in ("pixels", "mass", "time", "exposure")}
    return {"exposure": exposure_time(image), **known}


def _detector_numbers(record: dict) -> dict:
    """Pedestal, noise and gain of a detector or of its estimate."""
    noise = record.get("noise")
    if noise is None and "read_noise" in record:
        noise = record["read_noise"] / record["n_samples"] ** 0.5
    return {"pedestal": record.get("pedestal"), "noise": noise, "gain": record.get("gain")}
