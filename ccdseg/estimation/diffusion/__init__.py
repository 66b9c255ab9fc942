"""Diffusion of charge and thickness of the silicon, from muons and X-rays of frames."""

from ccdseg.estimation.diffusion.estimate import NAMES, DiffusionEstimate, estimate_diffusion
from ccdseg.estimation.diffusion.muon_tracks import muon_tracks
from ccdseg.estimation.diffusion.track_fit import FittedTrack, TrackFit
from ccdseg.estimation.diffusion.xray_widths import XrayWidths

__all__ = [
    "NAMES",
    "DiffusionEstimate",
    "FittedTrack",
    "TrackFit",
    "XrayWidths",
    "estimate_diffusion",
    "muon_tracks",
]
