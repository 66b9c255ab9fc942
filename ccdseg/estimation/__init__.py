"""What a frame tells of the detector that took it."""

from ccdseg.estimation.comb import Comb, fit_comb
from ccdseg.estimation.estimate import DetectorEstimate, estimate_detector

__all__ = ["Comb", "DetectorEstimate", "estimate_detector", "fit_comb"]
