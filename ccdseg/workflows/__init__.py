"""Workflows: what the scripts, the command and a notebook call alike."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "correction": [
            "FileCorrection",
            "MaskCorrection",
            "add_to_training_set",
            "correct",
            "open_correction",
            "save_correction",
        ],
        "defects": ["map_defects"],
        "calibration": ["CalibratedDetector", "calibrate"],
        "diagnosis": ["Check", "diagnose"],
        "evaluating.evaluation_result": ["Evaluation"],
        "evaluating.evaluation_run": ["evaluate"],
        "learning.particle_training": ["TrainedClassifier", "train_particle_classifier"],
        "physics_report.physics_run": ["PhysicsReport", "physics"],
        "rates.spectrum": ["RunSpectrum", "spectrum"],
        "reduction": ["ReducedFile", "ReducedRun", "reduce_file", "reduce_files"],
        "segment.run_tables.table_file": ["read_run"],
        "segment": ["FileResult", "FrameResult", "segment_file", "segment_files", "segment_frame"],
        "simulating.simulated_raw_run": ["RawRun", "simulate_raw"],
        "simulating.simulated_images": ["simulate", "simulate_library"],
        "learning.training_run": ["TrainedModel", "train"],
    },
)
