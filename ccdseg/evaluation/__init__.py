"""How good masks and probabilities are: by pixels, by the condition of frames, and by how far
probabilities can be taken at their word.
"""  # noqa: D205

from ccdseg.evaluation.conditions import (
    CONDITIONS,
    Condition,
    ConditionRow,
    ConditionTable,
    score_by_condition,
)
from ccdseg.evaluation.matching import EventMatch, match_events
from ccdseg.evaluation.pixels import PixelReport, cross_entropy, pixel_report
from ccdseg.evaluation.reliability import Reliability, measure_reliability
from ccdseg.evaluation.thresholds import PixelSample, choose_thresholds

__all__ = [
    "CONDITIONS",
    "Condition",
    "ConditionRow",
    "ConditionTable",
    "EventMatch",
    "PixelReport",
    "PixelSample",
    "Reliability",
    "choose_thresholds",
    "cross_entropy",
    "match_events",
    "measure_reliability",
    "pixel_report",
    "score_by_condition",
]
