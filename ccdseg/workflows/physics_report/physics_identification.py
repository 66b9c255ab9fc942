"""Part of the physics report: identification of particles, and depths of point-like events."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from astropy import units as u
from tqdm import tqdm

from ccdseg.detector import DAMIC_M
from ccdseg.evaluation import half_width, particle_report, particle_reports_by_energy
from ccdseg.identification import ParticleClassifier, identify
from ccdseg.identification.classifier_training import feature_importance
from ccdseg.identification.labelled_events import LabelledEvents, labelled_events
from ccdseg.simulation import RECIPES
from ccdseg.workflows.physics_report.physics_parts import PhysicsPart, Segment, markdown

_BY_ENERGY = np.array([0.05, 1.0, 5.0, 20.0, 100.0, 1e5])
_ENERGETIC = 20.0
"""Energy (keV) from which particles should be told apart best."""


def measure_identification(
    segment: Segment, *, n_frames: int, rng: np.random.Generator, progress: bool = False
) -> PhysicsPart:
    """Confusion of particles, importance of features, errors of depths."""
    from ccdseg import plotting

    frames = labelled_events(RECIPES["events"], n_frames, segment=segment, rng=rng)
    bar = tqdm(frames, "Identifying", total=n_frames, unit="frame", disable=not progress)
    known = LabelledEvents.stacked(list(bar)).isolated()
    identified = identify(known.events)["particle"]
    energy = known.events["energy"].to_value(u.keV)
    report = particle_report(known.particles, identified)
    energetic = energy >= _ENERGETIC
    above = particle_report(known.particles[energetic], identified[energetic])
    reports = {"all energies": report}
    by_energy = particle_reports_by_energy(known.particles, identified, energy, _BY_ENERGY)
    reports |= {f"{low:g} to {high:g} keV": part for (low, high), part in by_energy.items()}
    importance = feature_importance(ParticleClassifier.load(), known, rng=rng)
    rows = sorted(importance.items(), key=lambda item: -item[1])
    summary = (
        f"{report.confusion.sum():,} events; macro F1 {report.macro_f1:.3f}, "
        f"of those above {_ENERGETIC:g} keV {above.macro_f1:.3f}."
    )
    parts = [
        "## Identification of isolated events",
        summary,
        *(f"{name}\n\n```\n{part}\n```" for name, part in reports.items()),
        "Accuracy lost where a feature is shuffled:",
        markdown(("feature", "loss"), rows),
        _depths(known),
    ]
    figures = {"identification": plotting.show_identification(reports)}
    return PhysicsPart("\n\n".join(parts), figures=figures)


def _depths(known: LabelledEvents) -> str:
    """Errors of the depth of point-like events by energy, in µm and relative to the given error."""
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
    names = ("energy", "point-like events", "bias", "error", "error / given error")
    names += ("face decided", "of these right")
    return "\n\n".join(["Depth of point-like events:", markdown(names, rows)])
