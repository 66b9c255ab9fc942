"""Correcting masks by hand, and collecting them to train on."""

from ccdseg.workflows.correction.mask_correction import FileCorrection, MaskCorrection
from ccdseg.workflows.correction.opening import open_correction
from ccdseg.workflows.correction.saving import add_to_training_set, save_correction
from ccdseg.workflows.correction.window import correct

__all__ = [
    "FileCorrection",
    "MaskCorrection",
    "add_to_training_set",
    "correct",
    "open_correction",
    "save_correction",
]
