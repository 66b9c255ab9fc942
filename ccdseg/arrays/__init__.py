"""Arrays of the size of a frame: in temporary files, strip by strip, and their components."""

from ccdseg.arrays.components import Components, find_components
from ccdseg.arrays.row_strips import strips, with_halo
from ccdseg.arrays.scratch import copy_of, empty, release

__all__ = [
    "Components",
    "copy_of",
    "empty",
    "find_components",
    "release",
    "strips",
    "with_halo",
]
