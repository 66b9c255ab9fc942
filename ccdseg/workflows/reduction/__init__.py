"""Reduction of raw files to frames."""

from ccdseg.workflows.reduction.reduced_file import ReducedFile
from ccdseg.workflows.reduction.reducer import UNITS
from ccdseg.workflows.reduction.run import ReducedRun, reduce_file, reduce_files

__all__ = ["UNITS", "ReducedFile", "ReducedRun", "reduce_file", "reduce_files"]
