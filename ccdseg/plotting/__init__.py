"""Every figure. Each function returns a matplotlib Figure; `save_figure` writes it as PNG."""

from ccdseg.plotting.curves import show_history, show_operating_curves, show_reliability
from ccdseg.plotting.defect_maps import show_defects
from ccdseg.plotting.diffusion import show_diffusion
from ccdseg.plotting.effect_gallery import show_effects
from ccdseg.plotting.event_scores import show_detection, show_match
from ccdseg.plotting.frame_views import show_events, show_frame, show_overlay
from ccdseg.plotting.heatmaps import show_conditions, show_confusion, show_identification
from ccdseg.plotting.histograms import show_charge_distribution, show_spectrum
from ccdseg.plotting.image_scores import (
    show_counts,
    show_score_box,
    show_score_boxes,
    show_sets,
)
from ccdseg.plotting.mask_panels import show_augmentation, show_pair, show_panels, show_section
from ccdseg.plotting.noise_curves import show_noise_curves
from ccdseg.plotting.particle_gallery import show_particles
from ccdseg.plotting.rate_spectrum import show_rate
from ccdseg.plotting.separation_scores import show_separation
from ccdseg.plotting.style import save_figure

__all__ = [
    "save_figure",
    "show_augmentation",
    "show_charge_distribution",
    "show_conditions",
    "show_confusion",
    "show_counts",
    "show_defects",
    "show_detection",
    "show_diffusion",
    "show_effects",
    "show_events",
    "show_frame",
    "show_history",
    "show_identification",
    "show_match",
    "show_noise_curves",
    "show_operating_curves",
    "show_overlay",
    "show_pair",
    "show_panels",
    "show_particles",
    "show_rate",
    "show_reliability",
    "show_score_box",
    "show_score_boxes",
    "show_section",
    "show_separation",
    "show_sets",
    "show_spectrum",
]
