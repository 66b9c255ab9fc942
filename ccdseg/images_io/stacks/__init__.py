"""Files of any number of images, as beamlines write them: TIFF, HDF5, EDF and CBF."""

from ccdseg.images_io.stacks.bad_values import BadValues, check_bad_values, find_bad
from ccdseg.images_io.stacks.cleaning import write_cleaned_stack
from ccdseg.images_io.stacks.frames import StackFrames
from ccdseg.images_io.stacks.masks import write_stack_masks
from ccdseg.images_io.stacks.opening import open_stack

__all__ = [
    "BadValues",
    "StackFrames",
    "check_bad_values",
    "find_bad",
    "open_stack",
    "write_cleaned_stack",
    "write_stack_masks",
]
