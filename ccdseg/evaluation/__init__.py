"""Scores of masks, probabilities, events and particles against the truth."""

from ccdseg.evaluation.baseline_tuning import BASELINES, tune_baseline
from ccdseg.evaluation.baselines import Baseline
from ccdseg.evaluation.class_scores import (
    IMAGE_SCORES,
    OBJECT_SCORES,
    ImageScores,
    score_image,
    scored_class,
)
from ccdseg.evaluation.condition_scores import (
    CONDITION_SCORES,
    CONDITIONS,
    Condition,
    ConditionRow,
    ConditionTable,
    score_by_condition,
)
from ccdseg.evaluation.counting import half_width
from ccdseg.evaluation.cut_scores import CutScores, cut_scores, is_tellable
from ccdseg.evaluation.event_match import EventMatch, match_events
from ccdseg.evaluation.false_rates import FalseRates, measure_false_rates
from ccdseg.evaluation.frame_scores import UNAMBIGUOUS, FrameScores, score_frame
from ccdseg.evaluation.image_table import ImageRow, ImageTable, series_name
from ccdseg.evaluation.instance_match import (
    ChargeMatch,
    InstanceMatch,
    match_charges,
    match_instances,
)
from ccdseg.evaluation.local_noise import estimate_noise
from ccdseg.evaluation.measurement_scores import (
    MeasurementScores,
    measure_frames,
    score_measurement,
)
from ccdseg.evaluation.operating_point import PixelSample, choose_operating_point
from ccdseg.evaluation.particle_scores import (
    ParticleReport,
    particle_report,
    particle_reports_by_energy,
)
from ccdseg.evaluation.pixel_scores import PixelReport, cross_entropy, pixel_report
from ccdseg.evaluation.point_detection import DetectionCurve, detection_curve, matched_filter
from ccdseg.evaluation.probability_curves import OperatingCurve, operating_curve
from ccdseg.evaluation.reliability_scores import (
    RELIABILITY_EDGES,
    Reliability,
    measure_reliability,
)
from ccdseg.evaluation.restriction_scores import rule_gains
from ccdseg.evaluation.separation_scores import (
    METHODS,
    crowding_scores,
    pair_scores,
    whole_particles,
)
from ccdseg.evaluation.threshold_scores import (
    THRESHOLDS,
    ThresholdScores,
    scores_at,
    threshold_of,
    with_threshold,
)

__all__ = [
    "BASELINES",
    "CONDITIONS",
    "CONDITION_SCORES",
    "IMAGE_SCORES",
    "METHODS",
    "OBJECT_SCORES",
    "RELIABILITY_EDGES",
    "THRESHOLDS",
    "UNAMBIGUOUS",
    "Baseline",
    "ChargeMatch",
    "Condition",
    "ConditionRow",
    "ConditionTable",
    "CutScores",
    "DetectionCurve",
    "EventMatch",
    "FalseRates",
    "FrameScores",
    "ImageRow",
    "ImageScores",
    "ImageTable",
    "InstanceMatch",
    "MeasurementScores",
    "OperatingCurve",
    "ParticleReport",
    "PixelReport",
    "PixelSample",
    "Reliability",
    "ThresholdScores",
    "choose_operating_point",
    "cross_entropy",
    "crowding_scores",
    "cut_scores",
    "detection_curve",
    "estimate_noise",
    "half_width",
    "is_tellable",
    "match_charges",
    "match_events",
    "match_instances",
    "matched_filter",
    "measure_false_rates",
    "measure_frames",
    "measure_reliability",
    "operating_curve",
    "pair_scores",
    "particle_report",
    "particle_reports_by_energy",
    "pixel_report",
    "rule_gains",
    "score_by_condition",
    "score_frame",
    "score_image",
    "score_measurement",
    "scored_class",
    "scores_at",
    "series_name",
    "threshold_of",
    "tune_baseline",
    "whole_particles",
    "with_threshold",
]
