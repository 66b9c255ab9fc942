"""Every figure. Each function returns a matplotlib Figure; `save_figure` writes it as PNG."""

from ccdseg.plotting.charge import show_charge_distribution
from ccdseg.plotting.conditions import show_conditions
from ccdseg.plotting.confusion import show_confusion
from ccdseg.plotting.curves import show_history
from ccdseg.plotting.effects import show_effects
from ccdseg.plotting.events import show_events, show_spectrum
from ccdseg.plotting.figure import put_first_row_on_top, save_figure
from ccdseg.plotting.frame import show_frame
from ccdseg.plotting.identification import show_identification
from ccdseg.plotting.matching import show_detection, show_match
from ccdseg.plotting.operating import show_operating_curves
from ccdseg.plotting.overlay import show_overlay
from ccdseg.plotting.panels import show_augmentation, show_pair, show_panels
from ccdseg.plotting.particles import show_particles
from ccdseg.plotting.reliability import show_reliability
from ccdseg.plotting.scores import show_counts, show_score_box, show_score_boxes
from ccdseg.plotting.sections import show_section

__all__ = [
    "put_first_row_on_top",
    "save_figure",
    "show_augmentation",
    "show_charge_distribution",
    "show_conditions",
    "show_confusion",
    "show_counts",
    "show_detection",
    "show_effects",
    "show_events",
    "show_frame",
    "show_history",
    "show_identification",
    "show_match",
    "show_operating_curves",
    "show_overlay",
    "show_pair",
    "show_panels",
    "show_particles",
    "show_reliability",
    "show_score_box",
    "show_score_boxes",
    "show_section",
    "show_spectrum",
]
