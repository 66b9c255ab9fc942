"""Parts of the physics report: events, detection limit and restrictions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from astropy import units as u
from astropy.table import QTable, vstack
from tqdm import tqdm

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.evaluation import (
    DetectionCurve,
    detection_curve,
    measure_frames,
    rule_gains,
    score_measurement,
)
from ccdseg.postprocessing import RULES, default_rules, restrict
from ccdseg.simulation import RECIPES, Recipe
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform

if TYPE_CHECKING:
    from ccdseg.plotting.style import Figure
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

Segment = Callable[[np.ndarray], np.ndarray]

NOISES = (0.2, 1.6)
"""Read noise (e⁻): DAMIC-M's skipper readout, and a conventional one."""

DETECTION = ((0.2, 0.0), (0.2, 1e-3), (1.6, 0.0))
"""Read noise and dark charge (e⁻) of the frames with faint hits: a thousandth is what a
day of a cold CCD collects (SENSEI, arXiv 2106.08347)."""

WIDTHS = (0.4, 0.7, 1.0)
"""RMS width of point-like hits (px), from the front to the back face."""

_EDGES = np.geomspace(0.1, 3000.0, 14)
"""Limits of the bins of energy (keV)."""


@dataclass(frozen=True, eq=False)
class PhysicsPart:
    """One part of the physics report.

    Attributes
    ----------
    text : str
        Results, in Markdown.
    tables : dict of str to astropy.table.QTable
        Tables by the name of their file, without suffix.
    figures : dict of str to matplotlib.figure.Figure
        Figures by the name of their file, without suffix.
    """

    text: str
    tables: dict[str, QTable] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)


def mask_function(segmenter: Segmenter | LazySegmenter, *, restricted: bool = True) -> Segment:
    """Function from an image (ADU) to its mask, restricted by the default rules if wanted."""
    rules = default_rules(segmenter.classes) if restricted else []

    def segment(image: np.ndarray) -> np.ndarray:
        mask = segmenter.predict(image, probabilities=False).mask
        return restrict(mask, rules, classes=segmenter.classes).mask

    return segment


def measure_events(
    segment: Segment, *, n_frames: int, rng: np.random.Generator, progress: bool = False
) -> PhysicsPart:
    """Efficiency, purity and energies of events."""
    from ccdseg import plotting

    rows, tables, figures = [], [], {}
    for noise in NOISES:
        match = measure_frames(
            segment,
            RECIPES["events"],
            detector=detector_of_noise(noise),
            n_frames=n_frames,
            rng=rng,
            progress=progress,
        )
        scores = score_measurement(match)
        rows.append((f"{noise} e⁻", *astuple(scores)[1:]))
        table = match.by_energy(_EDGES)
        table.add_column(np.full(len(table), noise) * u.electron, index=0, name="noise")
        tables.append(table)
        figures[f"events_{noise}"] = plotting.show_match(match, _EDGES, title=f"noise {noise} e⁻")
    names = ("noise", "isolated events", "found", "efficiency", "purity", "energy bias")
    names += ("resolution / allowed", "centroid of points (px)")
    text = [
        "## Isolated events above 1 keV",
        f"{n_frames} frames of the recipe `events` at each noise.",
        markdown(names, rows),
    ]
    return PhysicsPart("\n\n".join(text), {"events": vstack(tables)}, figures)


def measure_detection(
    segment: Segment, *, n_frames: int, rng: np.random.Generator, progress: bool = False
) -> PhysicsPart:
    """Efficiency for faint point-like events, beside the matched filter."""
    from ccdseg import plotting

    curves = []
    for noise, dark_charge in DETECTION:
        detector = detector_of_noise(noise)
        bar = tqdm(WIDTHS, desc=f"Hits at {noise} e⁻", unit="width", disable=not progress)
        for width in bar:
            faint = detector.pair_energy / 1000 * noise * width  # keV: one σ of the filter and less
            curves.append(
                detection_curve(
                    segment,
                    detector=detector,
                    width=width,
                    energies=np.geomspace(6, 80, 12) * faint,
                    dark_charge=dark_charge,
                    n_frames=max(n_frames // 25, 1),
                    n_empty=n_frames,
                    rng=rng,
                )
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
    names = ("noise", "dark charge", "RMS width", "false positives per Mpixel")
    names += ("threshold of the filter", "half found: ccdseg", "matched filter", "ratio")
    return PhysicsPart(
        f"## Point-like hits in noise\n\n{markdown(names, rows)}",
        {"detection": vstack([_with_settings(curve) for curve in curves])},
        {"detection": plotting.show_detection(curves)},
    )


def measure_restrictions(
    segment: Segment, *, n_frames: int, rng: np.random.Generator, progress: bool = False
) -> PhysicsPart:
    """Change of the scores by each geometric restriction."""
    rules = [rule() for rule in RULES.values()]
    parts, tables = ["## Geometric restrictions: change of the F1, ambiguous pixels left out"], []
    frames = 4 * n_frames  # of a quarter of the pixels
    recipes = hard_recipes().items()
    for name, recipe in tqdm(recipes, desc="Restricting", unit="recipe", disable=not progress):
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
    return PhysicsPart("\n\n".join(parts), {"restrictions": vstack(tables)})


def hard_recipes() -> dict[str, Recipe]:
    """Frames on which restrictions may gain or lose most."""
    general = RECIPES["general"]
    changed = {
        "domain randomisation": (),
        "thick hot columns": (c.HotLines(probability=1.0, width=Uniform(3.0, 10.0)),),
        "serial-register events": (c.SerialRegisterEvents(probability=1.0),),
        "dense clusters": (c.Particles(probability=1.0, number=LogUniform(60.0, 200.0)),),
    }
    return {name: general.with_components(*others) for name, others in changed.items()}


def markdown(names: Sequence[str], rows: Iterable[Sequence]) -> str:
    """Table in Markdown; fractions with four digits."""
    lines = [f"| {' | '.join(names)} |", f"| --- {'| ---: ' * (len(names) - 1)}|"]
    for row in rows:
        cells = (f"{value:.4f}" if isinstance(value, float) else str(value) for value in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def detector_of_noise(noise: float) -> Detector:
    """Detector of DAMIC-M with another noise (e⁻), after averaging of samples."""
    read_noise = noise * DAMIC_M.gain * DAMIC_M.n_samples**0.5
    return replace(DAMIC_M, read_noise=read_noise)


def _with_settings(curve: DetectionCurve) -> QTable:
    table = curve.to_table()
    table.add_column(np.full(len(table), curve.width) * u.pix, index=0, name="width")
    for name in ("dark_charge", "noise"):
        column = np.full(len(table), getattr(curve, name)) * u.electron
        table.add_column(column, index=0, name=name)
    return table
