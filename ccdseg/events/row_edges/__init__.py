"""Hits that the readout cut at a row: whether the first or the last row of an event is one."""

from ccdseg.events.row_edges.cut_classifier import SIDES, CutClassifier, shipped_cut_classifier
from ccdseg.events.row_edges.measuring import measure_edges

__all__ = ["SIDES", "CutClassifier", "measure_edges", "shipped_cut_classifier"]
