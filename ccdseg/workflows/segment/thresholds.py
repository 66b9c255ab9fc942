"""Operating point chosen at prediction time, and what the model's report says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.segmentation.store import read_report
from ccdseg.workflows.segment.false_rate import describe_false_rate

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

_MOST_SETS = 3
"""Sets of frames whose scores are told one by one."""


def check_thresholds(
    thresholds: Mapping[str, float] | None, classes: ClassCatalogue
) -> dict[str, float]:
    """Thresholds by the full names of their classes; empty for None.

    Raises
    ------
    InputError
        If there is no such class, it is the background, or a threshold is no probability.
    """
    checked = {}
    for name, threshold in (thresholds or {}).items():
        row = classes[name]
        if row.index == 0:
            raise InputError(
                f"The class {row.name} has no threshold: those of the others are counted from it."
            )
        number = isinstance(threshold, int | float) and not isinstance(threshold, bool)
        if not (number and 0 < threshold < 1):
            raise InputError(
                f"The threshold of {row.name} is {threshold!r}; give a probability above 0 and "
                "below 1."
            )
        checked[row.name] = float(threshold)
    return checked


def with_thresholds(
    segmenter: Segmenter | LazySegmenter, thresholds: Mapping[str, float]
) -> Segmenter | LazySegmenter:
    """Segmenter with the operating point that the thresholds give; itself without any."""
    if not thresholds:
        return segmenter
    from ccdseg.evaluation import with_threshold

    loaded = segmenter.segmenter if isinstance(segmenter, LazySegmenter) else segmenter
    point = loaded.operating_point
    for name, threshold in thresholds.items():
        point = with_threshold(point, loaded.classes[name].index, threshold)
    return loaded.with_operating_point(point)


def expected_scores(
    segmenter: Segmenter | LazySegmenter,
    thresholds: Mapping[str, float],
    *,
    false_rate: dict | None = None,
) -> dict[str, dict]:
    """Scores that the report of a model tells for thresholds.

    Parameters
    ----------
    segmenter : Segmenter or LazySegmenter
        Model.
    thresholds : dict of str to float
        Probabilities by the name of the class.
    false_rate : dict, optional
        As from `ccdseg.workflows.segment.false_rate.chosen_thresholds`.

    Returns
    -------
    dict
        By the name of the class: ``threshold``, and ``expected``, which has by the name of each set
        of frames what `ccdseg.evaluation.scores_at` gives, and is empty where the report has no
        table; of particles ``false_rate`` as well, where it is told.
    """
    from ccdseg.evaluation import scores_at

    tables = {} if segmenter.folder is None else read_report(segmenter.folder).get("thresholds", {})
    record = {
        name: {
            "threshold": threshold,
            "expected": {
                group: scores_at(table, threshold)
                for group, table in tables.items()
                if table.get("class") == name
            },
        }
        for name, threshold in thresholds.items()
    }
    if false_rate is not None:
        record[segmenter.classes.particles.name]["false_rate"] = false_rate
    return record


def describe_thresholds(record: Mapping[str, dict]) -> str:
    """One line per class: its threshold, and the efficiency and false rate in the report."""
    lines = []
    for name, one in record.items():
        told = _told(one["expected"])
        told = f"by the model's report {told}" if told else "the model's report has no scores there"
        if "false_rate" in one:
            told = f"{describe_false_rate(one['false_rate'])}; {told}"
        lines.append(f"threshold {name} {one['threshold']:g}: {told}")
    return "\n    ".join(lines)


def _told(expected: Mapping[str, dict]) -> str:
    """Scores on each set of frames, the least and the greatest of many."""
    if len(expected) <= _MOST_SETS:
        return "; ".join(
            f"on {group} {_percent(scores['efficiency'])} found, "
            f"{_number(scores['false_rate'])} false per Mpixel"
            for group, scores in expected.items()
        )
    found, false = (
        sorted(one[name] for one in expected.values() if one[name] is not None)
        for name in ("efficiency", "false_rate")
    )
    if not found or not false:
        return ""
    return (
        f"on {len(expected)} sets {_percent(found[0])} to {_percent(found[-1])} found, "
        f"{_number(false[0])} to {_number(false[-1])} false per Mpixel"
    )


def _percent(share: float | None) -> str:
    return "an unknown share" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "an unknown number" if value is None else f"{value:.3g}"
