"""Summaries of results in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astropy import units as u

from ccdseg.events.columns import unit_text
from ccdseg.workflows.segment.thresholds import describe_thresholds


def describe(summary: dict, folder: Path) -> str:
    """Few lines that say what was found and where the results are."""
    lines = [f"{summary['file']} → {folder}/: {', '.join(summary['results'])}"]
    for hdu in summary["hdus"]:
        found = ", ".join(
            f"{name} {row['percent']:.2f} % ({row['components']})"
            for name, row in hdu["classes"].items()
        )
        lines.append(f"  {hdu['hdu']}: {found}; {hdu['seconds']:.1f} s")
        if hdu["header"]["used"]:
            lines.append(f"    {header_text(hdu['header'])}")
        if hdu["flagged_pixels"]:
            lines.append(f"    {hdu['flagged_pixels']} px flagged as bad, left out")
        if hdu["live"]:
            lines.append(f"    {live_text(hdu['live'], hdu['shape'])}")
        if len(hdu["amplifiers"]) > 1:
            lines.append(f"    {amplifiers_text(hdu['amplifiers'], _unit(hdu))}")
        if hdu["photons"]:
            lines.append(f"    {photons_text(hdu['photons'], _unit(hdu))}")
        if hdu["thresholds"]:
            lines.append(f"    {describe_thresholds(hdu['thresholds'])}")
        lines += (
            f"    {change['rule']}: {change['components']} components, {change['pixels']} px"
            for change in hdu["restrictions"]
        )
    return "\n".join(lines)


def header_text(facts: dict) -> str:
    """Keywords of the header that were believed."""
    shown = (
        f"{key} {value:.6g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in facts["used"].items()
    )
    return "header: " + ", ".join(shown)


def _unit(hdu: dict) -> str:
    """Unit of the signals of an image."""
    return unit_text(u.Unit(hdu["header"]["unit"]))


def live_text(record: dict, shape: Sequence[int]) -> str:
    """Share of live pixels, their mass and exposure as far as these are known."""
    told = [f"live: {record['pixels'] / (shape[0] * shape[1]):.1%} of the pixels"]
    if record["mass"] is not None:
        told.append(f"{1000 * record['mass']:.4g} g")
    if record["time"] is not None:
        told.append(f"{record['time']:.6g} s")
    if record["exposure"] is not None:
        told.append(f"{record['exposure']:.4g} kg day")
    return ", ".join(told)


def amplifiers_text(sections: list[dict], unit: str) -> str:
    """How many sections of amplifiers were levelled, and their levels."""
    levels = ("unknown" if one["level"] is None else f"{one['level']:.1f}" for one in sections)
    return f"{len(sections)} amplifiers levelled: {', '.join(levels)} {unit}"


def photons_text(record: dict, unit: str) -> str:
    """Signal of one photon, and how many events photons are."""
    energy = f", {record['energy']:.3g} keV" if "energy" in record else ""
    counts = ", ".join(f"{number} {kind}" for kind, number in record["events"].items())
    return f"single photons of {record['charge']:.4g} {unit}{energy}: {counts}"
