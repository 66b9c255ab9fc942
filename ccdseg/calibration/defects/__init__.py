"""Defects of a detector: found in many exposures, taken out of others."""

from ccdseg.calibration.defects.applying import mark_defects, remove_defects
from ccdseg.calibration.defects.defect_map import Defect, DefectMap
from ccdseg.calibration.defects.finding import FEWEST, find_defects

__all__ = ["FEWEST", "Defect", "DefectMap", "find_defects", "mark_defects", "remove_defects"]
