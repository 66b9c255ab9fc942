"""Part of the physics report: crowded frames with everything in, all events of them."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue
from ccdseg.evaluation import (
    CutScores,
    ParticleReport,
    Reliability,
    cut_scores,
    is_tellable,
    measure_reliability,
    particle_report,
)
from ccdseg.identification import PARTICLES, identify
from ccdseg.identification.labelled_events import LabelledEvents, labelled_events
from ccdseg.simulation import RECIPES
from ccdseg.workflows.physics_report.physics_parts import PhysicsPart, Segment, markdown

_COLOURS = ((0.5,) * 3, (0.0, 0.45, 0.9), (0.1, 0.6, 0.2), (0.9, 0.6, 0.0), (0.55, 0.35, 0.2))

_KINDS = ClassCatalogue(dict(zip(PARTICLES, _COLOURS, strict=True)))
_CUTS = ClassCatalogue({"not cut": (0.7, 0.7, 0.7), "cut": (0.7, 0.0, 0.5)})
_CURVES = ClassCatalogue({row.name: row.colour for row in (*_KINDS, _CUTS["cut"])})
"""Curves of the reliability diagram: the particles, and hits cut by the readout."""

_LIMITS = (30.0, 100.0)
"""Least signal over its error of the events that count, beside all."""

_FAINT = 0.03
"""Energy (keV) below which an event may be a few electrons of dark charge."""

_IDENTIFIED = """\
Frames of the recipe `crowded`: hot lines, glow, serial-register events, particles that touch, that
the edge or the readout cuts, dark charge. All events count, `unknown` is what no single particle
left; the macro F1 is that of the four particles."""

_CUT = """\
Hits that the readout cut at a row, one in twenty. An event is right if the side of the cut is.
Beside all events those with a signal of at least 30 and 100 times its error, hits that lost less
than 3 % or more than 97 % of their charge left out."""


def measure_crowded(
    segment: Segment, *, n_frames: int, rng: np.random.Generator, progress: bool = False
) -> PhysicsPart:
    """Identification of all events, cut hits, and whether their probabilities hold."""
    from ccdseg import plotting

    frames = labelled_events(RECIPES["crowded"], n_frames, segment=segment, rng=rng)
    bar = tqdm(frames, "Crowded frames", total=n_frames, unit="frame", disable=not progress)
    known = LabelledEvents.stacked(list(bar))
    events = identify(known.events)
    found = np.asarray(events["particle"])
    bright = events["energy"].to_value(u.keV) >= _FAINT
    reports = {
        "all events": particle_report(known.particles, found, isolated=False),
        f"from {1000 * _FAINT:g} eV": particle_report(
            known.particles[bright], found[bright], isolated=False
        ),
    }
    scores = {"all": cut_scores(known.truth, events)}
    for limit in _LIMITS:
        chosen = is_tellable(known.truth, events, significance=limit)
        scores[f"from {limit:g} σ"] = cut_scores(known.truth, events, chosen=chosen)
    reliability = _reliability(known, events)
    text = [
        "## All events of crowded frames",
        _IDENTIFIED,
        *(
            f"{name}\n\n```\n{report}\n```\n\n{_summary(report)}"
            for name, report in reports.items()
        ),
        "### Hits cut by the readout",
        _CUT,
        markdown(
            ("events", "number", "cut", "said to be", "recall", "precision", "error of missing"),
            [_row(name, score) for name, score in scores.items()],
        ),
        "Calibration of the probabilities:",
        f"```\n{str(reliability).replace('pixels', 'events')}\n```",
    ]
    figures = {
        "crowded": plotting.show_identification(reports),
        "crowded_reliability": plotting.show_reliability(reliability, counted="events"),
    }
    return PhysicsPart("\n\n".join(text), figures=figures)


def _reliability(known: LabelledEvents, events: QTable) -> Reliability:
    """Whether the probabilities hold, of the particles and of cuts."""
    columns = [np.asarray(events[f"p_{name.replace('-', '_')}"]) for name in PARTICLES]
    kinds = np.array([PARTICLES.index(name) for name in known.particles])
    of_kinds = measure_reliability(kinds, np.stack(columns, axis=1), classes=_KINDS)
    cut = np.asarray(events["p_cut"])
    is_cut = (known.truth.cut != "").astype(int)
    of_cuts = measure_reliability(is_cut, np.stack([1 - cut, cut], axis=1), classes=_CUTS)
    parts = (
        np.vstack([getattr(of_kinds, name), getattr(of_cuts, name)[1:]])
        for name in ("n_pixels", "n_true", "sum_predicted")
    )
    return Reliability(_CURVES, *parts)


def _summary(report: ParticleReport) -> str:
    counts = report.confusion
    said, true = counts[:, -1].sum() / counts.sum(), counts[-1].sum() / counts.sum()
    return f"Macro F1 {report.macro_f1:.3f}; unknown {said:.1%}, truly {true:.1%}."


def _row(name: str, score: CutScores) -> tuple:
    counts = score.n_events, score.n_cut, score.n_found
    return (name, *counts, score.recall, score.precision, score.missing_error)
