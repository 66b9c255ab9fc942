"""Part of the physics report: particles that touch, told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u
from astropy.table import QTable, vstack
from tqdm import tqdm

from ccdseg.evaluation import crowding_scores, pair_scores, whole_particles
from ccdseg.simulation import Recipe
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform
from ccdseg.workflows.physics_report.physics_parts import (
    NOISES,
    PhysicsPart,
    Segment,
    detector_of_noise,
    markdown,
)

DISTANCES = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
"""Distances of pairs, in RMS widths of their charge on the image."""

CROWDING = (25, 75, 150, 300)
"""Particles per frame of 320×640 px."""

SOURCE_RUN = Recipe(
    name="source run",
    shape=(320, 640),
    components=(
        c.DarkCharge(level=LogUniform(0.02, 1.0)),
        c.Particles(
            shares=(0.25, 0.08, 0.67, 0.0),
            variation=0.0,
            electron_energy=LogUniform(8.0, 1000.0),
            lines=(5.90, 6.49),
            line_share=0.9,
            cut_share=0.05,
            aligned_share=0.0,
        ),
    ),
)
"""Frames of a CCD with an iron source: two thirds X-rays of its lines, then electrons and muons; a
twentieth arrives during the readout."""

_FRAMES_OF_TRACKS = 6
"""Frames of pairs with tracks, which need more space, over those of pairs of points."""

_PAIRS = """\
Pairs of which both are found, each with its energy within 5 %. The distance is that of the centres,
or of the point from the axis of the track, in RMS widths of their charge on the image,
√((σ₁² + σ₂²) / 2 + 1/12 px²). Muons cross at 34° to 90°."""

_CROWDED = """\
Frames of 320×640 px of an iron source: panoptic quality and F1 of the events, pixel by pixel, and
the share of the particles above 0.5 keV that are found with their energy within 5 %."""


def measure_separation(
    segment: Segment, *, n_frames: int, rng: np.random.Generator, progress: bool = False
) -> PhysicsPart:
    """Pairs of touching particles, crowded frames, and single particles that stay whole."""
    from ccdseg import plotting

    pairs = _pairs(segment, max(n_frames // 25, 1), rng, progress=progress)
    crowded = _crowded(segment, max(n_frames // 10, 1), rng, progress=progress)
    whole = {}
    particles = replace(SOURCE_RUN.find(c.Particles), number=LogUniform(8.0, 24.0))
    for noise in NOISES:
        counts = whole_particles(
            segment,
            SOURCE_RUN.with_components(particles),
            detector=detector_of_noise(noise),
            n_frames=n_frames,
            rng=rng,
            progress=progress,
        )
        for kind, (clusters, divided) in counts.items():
            whole.setdefault(kind, np.zeros(2, dtype=int))
            whole[kind] += clusters, divided
    rows = [
        (kind, clusters, divided, divided / clusters)
        for kind, (clusters, divided) in sorted(
            (kind, counts.tolist()) for kind, counts in whole.items()
        )
    ]
    parts = [
        "## Particles that touch",
        _PAIRS,
        markdown(pairs.colnames, _rows(pairs)),
        _CROWDED,
        markdown(crowded.colnames, _rows(crowded)),
        "Clusters of a single particle, and those of them that were divided:",
        markdown(("particle", "clusters", "divided", "share"), rows),
    ]
    return PhysicsPart(
        "\n\n".join(parts),
        {"separation_pairs": pairs, "separation_crowding": crowded},
        {"separation": plotting.show_separation(pairs, crowded)},
    )


def _pairs(segment: Segment, n_frames: int, rng: np.random.Generator, *, progress: bool) -> QTable:
    """Pairs told apart by kind, noise (e⁻) and distance, one column per method."""
    settings = [
        (kind, noise, distance)
        for kind in c.PAIRS
        for noise in NOISES
        for distance in (DISTANCES if kind != "crossing tracks" else (0.0,))
    ]
    rows = []
    for kind, noise, distance in tqdm(settings, "Pairs", unit="set", disable=not progress):
        scores = pair_scores(
            segment,
            kind,
            distance,
            detector=detector_of_noise(noise),
            n_frames=n_frames if kind == "points" else _FRAMES_OF_TRACKS * n_frames,
            rng=rng,
        )
        rows.append({"kind": kind, "noise": noise, "distance": distance, **scores})
    table = QTable(rows=rows)
    table["noise"] *= u.electron
    return table


def _crowded(
    segment: Segment, n_frames: int, rng: np.random.Generator, *, progress: bool
) -> QTable:
    """Scores by noise (e⁻), crowding and method."""
    settings = [(noise, number) for noise in NOISES for number in CROWDING]
    tables = []
    for noise, number in tqdm(settings, "Crowded frames", unit="set", disable=not progress):
        table = crowding_scores(
            segment,
            SOURCE_RUN,
            number,
            detector=detector_of_noise(noise),
            n_frames=n_frames,
            rng=rng,
        )
        table.add_column(np.full(len(table), noise) * u.electron, index=0, name="noise")
        tables.append(table)
    return vstack(tables)


def _rows(table: QTable) -> list[tuple]:
    """Values of the rows, plain numbers and text."""
    columns = [np.asarray(getattr(table[name], "value", table[name])) for name in table.colnames]
    return [
        tuple(value.item() if hasattr(value, "item") else value for value in row)
        for row in zip(*columns, strict=True)
    ]
