"""Files of an evaluation: report, tables and figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from astropy.table import QTable

from ccdseg.evaluation import IMAGE_SCORES, series_name
from ccdseg.segmentation.store import read_report, write_report
from ccdseg.version import package_version

if TYPE_CHECKING:
    from ccdseg.workflows.evaluating.evaluation_result import Evaluation

RESULTS = (
    "report.txt",
    "report.json",
    "images.ecsv",
    "images_summary.ecsv",
    "sets.ecsv",
    "sets.png",
    "conditions.ecsv",
    "conditions.png",
    "reliability.png",
    "confusion.png",
    "operating_curves.png",
    "counts.png",
    "boxes.png",
    *(f"boxes_{name}.png" for name in IMAGE_SCORES),
)
"""Names of the files."""


def write_results(folder: Path, evaluation: Evaluation) -> None:
    """Write the files `RESULTS` into a folder."""
    report = {
        "model": evaluation.model,
        "ccdseg": package_version(),
        "command": evaluation.command,
        "class": evaluation.scored.name,
        "operating_point": evaluation.threshold,
        "sets": {name: _set_as_dict(evaluation, name) for name in evaluation.scores},
    }
    (folder / "report.txt").write_text(report_text(evaluation), encoding="utf-8")
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for name, table in {
        "conditions": evaluation.conditions.to_table(),
        "images": evaluation.images.to_table(),
        "images_summary": evaluation.images.summary(),
        "sets": evaluation.images.by_set(),
    }.items():
        table.write(folder / f"{name}.ecsv", format="ascii.ecsv")
    _write_figures(folder, evaluation)


def store_thresholds(folder: Path, evaluation: Evaluation) -> None:
    """Add the scores at other operating points to the report in a model's folder, set by set.

    From there `ccdseg predict --threshold` tells them.
    """
    report = read_report(folder)
    tables = {name: scores.to_dict() for name, scores in evaluation.thresholds.items()}
    report["thresholds"] = report.get("thresholds", {}) | tables
    write_report(folder, report)


def _set_as_dict(evaluation: Evaluation, name: str) -> dict:
    return {
        **evaluation.origins[name],
        **evaluation.scores[name].to_dict(),
        "thresholds": evaluation.thresholds[name].to_dict(),
        "baselines": evaluation.baselines.get(name, []),
        "images": evaluation.images.to_dict(name),
    }


def report_text(evaluation: Evaluation) -> str:
    """The report: scores of each set, then scores by condition."""
    parts = []
    for name, result in evaluation.scores.items():
        parts += [f"{evaluation.model} on {name}: {_frames(evaluation, name)}", str(result)]
        parts += _image_by_image(evaluation, name)
        parts += [
            f"Class {evaluation.scored.name} by its operating point, ambiguous pixels left out",
            _thresholds(evaluation.thresholds[name].to_table()),
        ]
    table = evaluation.conditions
    parts += ["Scores by condition, of the frames of all sets", str(table), table.to_text("f1")]
    parts += [f"Objects of the class {evaluation.scored.name}, set by set", _sets(evaluation)]
    parts.append(f"Made by: {evaluation.command}")
    return "\n\n".join(parts) + "\n"


def _thresholds(table: QTable) -> str:
    lines = ["".join(f"{name:>12}" for name in table.colnames)]
    for row in table:
        cells = (float(getattr(row[name], "value", row[name])) for name in table.colnames)
        lines.append("".join(f"{cell:>12.4g}" for cell in cells))
    return "\n".join(lines)


def _sets(evaluation: Evaluation) -> str:
    """Table of the sets: objects found, false ones, and F1 of the pixels, by method."""
    head = f"{'found':>8}{'of':>8}{'recall':>9}{'false':>8}{'per Mpixel':>12}{'F1':>9}"
    lines = [f"{'set':<16}{'method':<24}{head}{'unambiguous F1':>16}"]
    rows = (
        f"{row['set']:<16}{row['method']:<24}{row['n_found']:>8,}{row['n_true']:>8,}"
        f"{row['object_recall']:>9.4f}{row['n_false']:>8,}"
        f"{row['false_per_megapixel'].value:>12.2f}{row['f1']:>9.4f}{row['unambiguous_f1']:>16.4f}"
        for row in evaluation.images.by_set()
    )
    return "\n".join([*lines, *rows])


def _frames(evaluation: Evaluation, name: str) -> str:
    """Origin, number and size of the frames of a set."""
    origin = evaluation.origins[name]
    where = f"{origin['data']}, " if "data" in origin else ""
    drawn = f", seed {origin['seed']}" if "seed" in origin else ""
    shapes = sorted({row.shape for row in evaluation.images.rows if row.group == name})
    ends = dict.fromkeys([shapes[0], shapes[-1]])
    sizes = " to ".join(f"{rows}×{columns}" for rows, columns in ends)
    return f"{where}{evaluation.scores[name].n_frames:,} frames of {sizes} px{drawn}"


def _image_by_image(evaluation: Evaluation, name: str) -> Iterator[str]:
    chosen = evaluation.scored.name
    yield f"Class {chosen} image by image, and in the pixels of all images pooled"
    yield evaluation.images.to_text(name)
    yield "\n".join(
        f"{chosen}, {pixels} pixels: area under the ROC curve {curve.roc_area:.5f}, under the "
        f"precision-recall curve {curve.average_precision:.4f}"
        for pixels, curve in evaluation.scores[name].curves.items()
    )
    for baseline in evaluation.baselines.get(name, ()):
        origin = ", ".join(f"{key} {value}" for key, value in baseline["tuned_on"].items())
        yield (
            f"{baseline['name']}: {baseline['description']}; of all settings tried the one of the "
            f"highest pixel F1 on: {origin}"
        )


def _write_figures(folder: Path, evaluation: Evaluation) -> None:
    from ccdseg import plotting

    model, total = evaluation.model, reduce(add, evaluation.scores.values())
    sets = list(evaluation.scores)
    named = f"{len(sets)} sets" if len(sets) > 3 else " and ".join(sets)
    frames = f"{named} ({total.n_frames:,} frames)"
    title, one = f"{model} on {frames}", f"class {evaluation.scored.name} on {frames}"
    images = evaluation.images.by_method("all", "unambiguous")
    points = {name: reduce(add, scores) for name, scores in images.items()}
    curves = {series_name(model, pixels): curve for pixels, curve in total.curves.items()}
    marked = f"{one}, operating point of {model}: {evaluation.threshold:.3g}"
    figures = {
        "conditions": plotting.show_conditions(evaluation.conditions, title=title),
        "reliability": plotting.show_reliability(total.reliability, title=title),
        "confusion": plotting.show_confusion(total.all_pixels),
        "operating_curves": plotting.show_operating_curves(curves, points, title=marked),
        "counts": plotting.show_counts(evaluation.images.by_method("all"), title=one),
        "boxes": plotting.show_score_boxes(images, title=one),
        "sets": plotting.show_sets(evaluation.images.by_set(), title=one),
    }
    for name in IMAGE_SCORES:
        figures[f"boxes_{name}"] = plotting.show_score_box(images, name, title=one)
    figures["confusion"].suptitle(title)
    for name, figure in figures.items():
        plotting.save_figure(figure, folder / f"{name}.png")
