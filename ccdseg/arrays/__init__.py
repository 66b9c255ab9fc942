"""Arrays of the size of a frame: in temporary files, strip by strip, and their components."""

from ccdseg.arrays.components import Components, find_components
from ccdseg.arrays.row_strips import copy_of, strips, with_halo
from ccdseg.arrays.scratch import IN_MEMORY, empty, release

__all__ = [
    "IN_MEMORY",
    "Components",
    "copy_of",
    "empty",
    "find_components",
    "release",
    "strips",
    "with_halo",
]
