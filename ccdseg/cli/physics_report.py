"""The parts of ``ccdseg physics``: each simulates, measures, draws, and tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.table import QTable, vstack
from tqdm import tqdm

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.evaluation import (
    DetectionCurve,
    detection_curve,
    half_width,
    measure_frames,
    particle_report,
    particle_reports_by_energy,
    rule_gains,
    score_measurement,
)
from ccdseg.identification import ParticleClassifier, identify
from ccdseg.identification.classifier_training import (
    LabelledEvents,
    feature_importance,
    labelled_events,
)
from ccdseg.postprocessing import RULES
from ccdseg.simulation import RECIPES, FrameRecipe
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform

Segment = Callable[[np.ndarray], np.ndarray]

NOISES = (0.2, 1.6)
"""Read noise (e⁻): DAMIC-M's skipper readout, and a conventional one."""

DETECTION = ((0.2, 0.0), (0.2, 1e-3), (1.6, 0.0))
"""Read noise and dark charge (e⁻) of the frames with faint hits: a thousandth is what a
day of a cold CCD collects (SENSEI, arXiv 2106.08347)."""

WIDTHS = (0.4, 0.7, 1.0)
"""RMS width of point-like hits (px), from the front to the back face."""

_EDGES = np.geomspace(0.1, 3000.0, 14) * u.keV
_BY_ENERGY = np.array([0.05, 1.0, 5.0, 20.0, 100.0, 1e5])
_FOUND_FROM = 20.0
"""Energy (keV) from which particles should be told apart best."""


def events(segment: Segment, folder: Path, *, n_frames: int, rng: np.random.Generator) -> str:
    """Efficiency, purity and energies."""
    from ccdseg import plotting

    rows, tables = [], []
    for noise in NOISES:
        match = measure_frames(
            segment,
            RECIPES["events"],
            detector=_detector(noise),
            n_frames=n_frames,
            rng=rng,
            progress=True,
        )
        scores = score_measurement(match)
        rows.append((f"{noise} e⁻", *astuple(scores)[1:]))
        table = match.by_energy(_EDGES)
        table.add_column(np.full(len(table), noise) * u.electron, index=0, name="noise")
        tables.append(table)
        figure = plotting.show_match(match, _EDGES, title=f"noise {noise} e⁻")
        plotting.save_figure(figure, folder / f"events_{noise}.png")
    vstack(tables).write(folder / "events.ecsv", format="ascii.ecsv")
    names = ("noise", "isolated events", "found", "efficiency", "purity", "energy bias")
    names += ("resolution / allowed", "centroid of points (px)")
    return "\n\n".join(
        [
            "## Isolated events above 1 keV",
            f"{n_frames} frames of the recipe `events` at each noise.",
            markdown(names, rows),
        ]
    )


def detection(segment: Segment, folder: Path, *, n_frames: int, rng: np.random.Generator) -> str:
    """Efficiency for faint hits beside the matched filter."""
    from ccdseg import plotting

    curves = []
    for noise, dark_charge in DETECTION:
        for width in tqdm(WIDTHS, desc=f"Hits at {noise} e⁻", unit="width"):
            faintest = (
                1e-3 * DAMIC_M.pair_energy * noise * width
            )  # keV: one σ of the filter and less
            curves.append(
                detection_curve(
                    segment,
                    detector=_detector(noise),
                    width=width,
                    energies=np.geomspace(6, 80, 12) * faintest,
                    dark_charge=dark_charge,
                    n_frames=max(n_frames // 25, 1),
                    n_empty=n_frames,
                    rng=rng,
                )
            )
    figure = plotting.show_detection(curves)
    plotting.save_figure(figure, folder / "detection.png")
    vstack([_with_settings(curve) for curve in curves]).write(
        folder / "detection.ecsv", format="ascii.ecsv"
    )
    rows = []
    for curve in curves:
        network, best = (1000 * energy for energy in curve.half_energies)
        rows.append(
            (
                f"{curve.noise:.1f} e⁻",
                f"{curve.dark_charge:g} e⁻",
                f"{curve.width} px",
                f"{curve.fp_per_megapixel:.2f}",
                f"{curve.threshold:.2f} σ",
                f"{network:.0f} eV",
                f"{best:.0f} eV",
                network / best,
            )
        )
    names = (
        "noise",
        "dark charge",
        "RMS width",
        "false positives per Mpixel",
        "threshold of the filter",
    )
    names += ("half found: ccdseg", "matched filter", "ratio")
    return "\n\n".join(["## Point-like hits in noise", markdown(names, rows)])


def identification(
    segment: Segment, folder: Path, *, n_frames: int, rng: np.random.Generator
) -> str:
    """Confusion of particles, importance of features, errors of depths."""
    from ccdseg import plotting

    frames = labelled_events(RECIPES["events"], n_frames, segment=segment, rng=rng)
    known = LabelledEvents.stacked(
        list(tqdm(frames, total=n_frames, desc="Identifying", unit="frame"))
    )
    identified = identify(known.events)["particle"]
    energy = known.events["energy"].to_value(u.keV)
    report = particle_report(known.particles, identified)
    energetic = energy >= _FOUND_FROM
    above = particle_report(known.particles[energetic], identified[energetic])
    reports = {"all energies": report}
    by_energy = particle_reports_by_energy(known.particles, identified, energy, _BY_ENERGY)
    reports |= {f"{low:g} to {high:g} keV": part for (low, high), part in by_energy.items()}
    figure = plotting.show_identification(reports)
    plotting.save_figure(figure, folder / "identification.png")
    importance = feature_importance(ParticleClassifier.load(), known, rng=rng)
    rows = sorted(importance.items(), key=lambda item: -item[1])
    summary = (
        f"{report.confusion.sum():,} events; macro F1 {report.macro_f1:.3f}, "
        f"of those above {_FOUND_FROM:g} keV {above.macro_f1:.3f}."
    )
    parts = [
        "## Identification of isolated events",
        summary,
        *(f"{name}\n\n```\n{part}\n```" for name, part in reports.items()),
        "Accuracy lost where a feature is shuffled:",
        markdown(("feature", "loss"), rows),
        _depths(known),
    ]
    return "\n\n".join(parts)


def restrictions(segment: Segment, folder: Path, *, n_frames: int, rng: np.random.Generator) -> str:
    """Gains of rules."""
    rules = [rule() for rule in RULES.values()]
    parts, tables = ["## Geometric restrictions: change of the F1, ambiguous pixels left out"], []
    frames = 4 * n_frames  # of a quarter of the pixels
    for name, recipe in hard_recipes().items():
        table = rule_gains(segment, recipe, rules, n_frames=frames, rng=rng)
        rows = [
            [
                row["rule"],
                row["components"],
                row["pixels"],
                *(f"{row[x]:+.4f}" for x in CLASSES.names),
            ]
            for row in table
        ]
        parts += [f"{name}, {frames} frames", markdown(table.colnames, rows)]
        table.add_column(np.full(len(table), name), index=0, name="frames")
        tables.append(table)
    vstack(tables).write(folder / "restrictions.ecsv", format="ascii.ecsv")
    return "\n\n".join(parts)


SECTIONS = {
    "events": events,
    "detection": detection,
    "identification": identification,
    "restrictions": restrictions,
}
"""Parts by name."""

RESULTS = (
    "report.md",
    "events.ecsv",
    *(f"events_{noise}.png" for noise in NOISES),
    "detection.ecsv",
    "detection.png",
    "identification.png",
    "restrictions.ecsv",
)
"""Names of the files."""


def hard_recipes() -> dict[str, FrameRecipe]:
    """Frames on which restrictions may gain or lose most."""
    general = RECIPES["general"]
    changed = {
        "frames of any detector": (),
        "thick hot columns": (c.HotLines(probability=1.0, width=Uniform(3.0, 10.0)),),
        "streaks": (c.SerialStreaks(probability=1.0),),
        "dense clusters": (c.Particles(probability=1.0, number=LogUniform(60.0, 200.0)),),
    }
    return {
        name: replace(
            general,
            components=tuple(
                next((new for new in others if type(new) is type(old)), old)
                for old in general.components
            ),
        )
        for name, others in changed.items()
    }


def markdown(names: Sequence[str], rows: Iterable[Sequence]) -> str:
    """Table in Markdown; fractions with four digits."""
    lines = [f"| {' | '.join(names)} |", f"| --- {'| ---: ' * (len(names) - 1)}|"]
    for row in rows:
        cells = (f"{value:.4f}" if isinstance(value, float) else str(value) for value in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _detector(noise: float) -> Detector:
    """DAMIC-M's detector with a noise (e⁻) after averaging."""
    read_noise = noise * DAMIC_M.gain * DAMIC_M.n_samples**0.5
    return replace(DAMIC_M, read_noise=read_noise)


def _with_settings(curve: DetectionCurve) -> QTable:
    table = curve.to_table()
    table.add_column(np.full(len(table), curve.width) * u.pix, index=0, name="width")
    for name in ("dark_charge", "noise"):
        column = np.full(len(table), getattr(curve, name)) * u.electron
        table.add_column(column, index=0, name=name)
    return table


def _depths(known: LabelledEvents) -> str:
    """Errors of the depth of point-like events by energy, in µm and in units of what they claim."""
    rows = []
    energy = known.events["energy"].to_value(u.keV)
    depth, error = (known.events[name].to_value(u.um) for name in ("depth", "depth_error"))
    for low, high in pairwise(_BY_ENERGY):
        chosen = (known.particles == "point-like") & (energy >= low) & (energy < high)
        chosen &= np.isfinite(depth)
        if not chosen.any():
            continue
        away = depth[chosen] - known.depths[chosen]
        face = known.events["face"][chosen]
        decided = face != ""
        true_face = np.where(known.depths[chosen] < DAMIC_M.thickness / 2, "front", "back")
        rows.append(
            (
                f"{low:g} to {high:g} keV",
                int(chosen.sum()),
                f"{np.median(away):+.0f} µm",
                f"{half_width(away):.0f} µm",
                half_width(away / error[chosen]),
                float(decided.mean()),
                float(np.mean(face[decided] == true_face[decided])) if decided.any() else np.nan,
            )
        )
    names = ("energy", "point-like events", "bias", "error", "error / claimed")
    names += ("face decided", "of these rightly")
    return "\n\n".join(["Depth of point-like events:", markdown(names, rows)])
