"""Every figure. Each function returns a matplotlib Figure; `save_figure` writes it as PNG."""

from ccdseg.plotting.charge import plot_charge_distribution
from ccdseg.plotting.conditions import plot_conditions
from ccdseg.plotting.confusion import plot_confusion
from ccdseg.plotting.curves import plot_history
from ccdseg.plotting.effects import show_effects
from ccdseg.plotting.events import plot_spectrum, show_events
from ccdseg.plotting.figure import put_first_row_on_top, save_figure
from ccdseg.plotting.frame import show_frame
from ccdseg.plotting.identification import plot_identification
from ccdseg.plotting.matching import plot_detection, plot_match
from ccdseg.plotting.operating import plot_operating_curves
from ccdseg.plotting.overlay import show_overlay
from ccdseg.plotting.panels import show_augmentation, show_pair, show_panels
from ccdseg.plotting.particles import show_particles
from ccdseg.plotting.reliability import plot_reliability
from ccdseg.plotting.scores import plot_counts, plot_score_box, plot_score_boxes
from ccdseg.plotting.sections import show_section

__all__ = [
    "plot_charge_distribution",
    "plot_conditions",
    "plot_confusion",
    "plot_counts",
    "plot_detection",
    "plot_history",
    "plot_identification",
    "plot_match",
    "plot_operating_curves",
    "plot_reliability",
    "plot_score_box",
    "plot_score_boxes",
    "plot_spectrum",
    "put_first_row_on_top",
    "save_figure",
    "show_augmentation",
    "show_effects",
    "show_events",
    "show_frame",
    "show_overlay",
    "show_pair",
    "show_panels",
    "show_particles",
    "show_section",
]
