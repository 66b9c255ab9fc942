"""Detectors: CCDs, their silicon and amplifiers, and sections of their images."""

from ccdseg.detector.amplifier import Amplifier
from ccdseg.detector.ccd import DAMIC, DAMIC_M, DETECTORS, Detector

__all__ = ["DAMIC", "DAMIC_M", "DETECTORS", "Amplifier", "Detector"]
