"""Facts about a frame and its segmentation, as names and values for its page."""

from __future__ import annotations

from datetime import UTC, datetime

from ccdseg.events.columns import unit_text
from ccdseg.version import package_version
from ccdseg.workflows.segment.description import (
    amplifiers_text,
    header_text,
    live_text,
    photons_text,
)
from ccdseg.workflows.segment.frame_result import FrameResult
from ccdseg.workflows.segment.thresholds import describe_thresholds

_UNITS = {
    "pair_energy": "eV",
    "pixel_size": "µm",
    "thickness": "µm",
    "diffusion_a": "µm²",
    "diffusion_b": "1/µm",
    "diffusion_growth": "px/keV",
    "dark_current": "e⁻/px/day",
    "pixel_time": "s",
}
"""Units of the numbers of a detector that do not depend on the unit of the frame."""


def subtitle_of(result: FrameResult) -> str:
    """One line: size, number of events, model."""
    height, width = result.mask.shape
    events = "" if result.events is None else f"{len(result.events):,} events, "
    return f"{height} × {width} px (rows × columns), {events}segmented by {result.model}"


def facts_of(result: FrameResult) -> dict[str, dict[str, str]]:
    """Names and values by headings; what does not apply is left out."""
    sections = {
        "Frame": _frame(result),
        "Detector": _detector(result),
        "Segmentation": _segmentation(result),
    }
    told = {
        heading: {name: value for name, value in rows.items() if value}
        for heading, rows in sections.items()
    }
    return {heading: rows for heading, rows in told.items() if rows}


def _frame(result: FrameResult) -> dict[str, str]:
    frame, facts = result.frame, result.frame.facts.to_dict()
    not_finite, live = frame.n_bad - frame.n_flagged, result.live and result.live.to_dict()
    return {
        "file": str(frame.path),
        "image": frame.label,
        "section": frame.section_text or "",
        "unit": unit_text(frame.unit),
        "exposure": "" if facts["exposure"] is None else f"{facts['exposure']:g} s",
        "start": facts["start"] or "",
        "not finite": f"{not_finite:,} px" if not_finite else "",
        "flagged as bad": f"{frame.n_flagged:,} px" if frame.n_flagged else "",
        "live": live_text(live, result.mask.shape).removeprefix("live: ") if live else "",
        "header": header_text(facts).removeprefix("header: ") if facts["used"] else "",
    }


def _detector(result: FrameResult) -> dict[str, str]:
    unit = unit_text(result.frame.unit)
    signals = {"pedestal": unit, "noise": unit, "read_noise": unit, "gain": f"{unit}/e⁻"}
    units = _UNITS | signals
    record = {
        name.replace("_", " "): f"{_number(value)} {units.get(name, '')}".rstrip()
        for name, value in (result.detector_record or {}).items()
        if isinstance(value, str | int | float)
    }
    amplifiers = [section.to_dict() for section in result.sections]
    if len(amplifiers) > 1:
        record["amplifiers"] = amplifiers_text(amplifiers, unit)
    return record


def _segmentation(result: FrameResult) -> dict[str, str]:
    unit, photons = unit_text(result.frame.unit), result.photons_record
    changes = (
        f"{row['rule']}: {row['components']} components, {row['pixels']} px"
        for row in result.changes
    )
    return {
        "model": result.model,
        "ccdseg": package_version(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "prediction": f"{result.seconds:.1f} s",
        "thresholds": describe_thresholds(result.thresholds) if result.thresholds else "",
        "restrictions": "; ".join(changes),
        "defects": "known defects subtracted" if result.defects is not None else "",
        "photons": photons_text(photons, unit) if photons else "",
    }


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.5g}"
