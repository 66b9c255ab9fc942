"""How good results are: masks and probabilities by pixels, events by what they truly were."""

from ccdseg.evaluation.conditions import (
    CONDITIONS,
    Condition,
    ConditionRow,
    ConditionTable,
    score_by_condition,
)
from ccdseg.evaluation.detection import DetectionCurve, detection_curve, matched_filter
from ccdseg.evaluation.identification import (
    ParticleReport,
    particle_report,
    particle_reports_by_energy,
)
from ccdseg.evaluation.image_table import ImageRow, ImageTable
from ccdseg.evaluation.images import ImageScores, score_image, scored_class
from ccdseg.evaluation.matching import EventMatch, match_events
from ccdseg.evaluation.measurement import MeasurementScores, measure_frames, score_measurement
from ccdseg.evaluation.operating import OperatingCurve, operating_curve
from ccdseg.evaluation.pixels import PixelReport, cross_entropy, pixel_report
from ccdseg.evaluation.reliability import Reliability, measure_reliability
from ccdseg.evaluation.rules import rule_gains
from ccdseg.evaluation.thresholds import PixelSample, choose_thresholds

__all__ = [
    "CONDITIONS",
    "Condition",
    "ConditionRow",
    "ConditionTable",
    "DetectionCurve",
    "EventMatch",
    "ImageRow",
    "ImageScores",
    "ImageTable",
    "MeasurementScores",
    "OperatingCurve",
    "ParticleReport",
    "PixelReport",
    "PixelSample",
    "Reliability",
    "choose_thresholds",
    "cross_entropy",
    "detection_curve",
    "match_events",
    "matched_filter",
    "measure_frames",
    "measure_reliability",
    "operating_curve",
    "particle_report",
    "particle_reports_by_energy",
    "pixel_report",
    "rule_gains",
    "score_by_condition",
    "score_image",
    "score_measurement",
    "scored_class",
]
