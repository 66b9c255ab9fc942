from .calibration import CalibratedDetector, calibrate
from .correction import (
    FileCorrection,
    MaskCorrection,
    add_to_training_set,
    correct,
    open_correction,
    save_correction,
)
from .defects import map_defects
from .diagnosis import Check, diagnose
from .evaluating.evaluation_result import Evaluation
from .evaluating.evaluation_run import evaluate
from .learning.particle_training import TrainedClassifier, train_particle_classifier
from .learning.training_run import TrainedModel, train
from .physics_report.physics_run import PhysicsReport, physics
from .rates.spectrum import RunSpectrum, spectrum
from .reduction import ReducedFile, ReducedRun, reduce_file, reduce_files
from .segment import FileResult, FrameResult, segment_file, segment_files, segment_frame
from .segment.run_tables.table_file import read_run
from .simulating.simulated_images import simulate, simulate_library
from .simulating.simulated_raw_run import RawRun, simulate_raw

__all__ = [
    "CalibratedDetector",
    "Check",
    "Evaluation",
    "FileCorrection",
    "FileResult",
    "FrameResult",
    "MaskCorrection",
    "PhysicsReport",
    "RawRun",
    "ReducedFile",
    "ReducedRun",
    "RunSpectrum",
    "TrainedClassifier",
    "TrainedModel",
    "add_to_training_set",
    "calibrate",
    "correct",
    "diagnose",
    "evaluate",
    "map_defects",
    "open_correction",
    "physics",
    "read_run",
    "reduce_file",
    "reduce_files",
    "save_correction",
    "segment_file",
    "segment_files",
    "segment_frame",
    "simulate",
    "simulate_library",
    "simulate_raw",
    "spectrum",
    "train",
    "train_particle_classifier",
]
