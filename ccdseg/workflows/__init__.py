"""Workflows: what the scripts, the command and a notebook call alike."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "diagnosis": ["Check", "diagnose"],
        "evaluation_result": ["Evaluation"],
        "evaluation_run": ["evaluate"],
        "particle_training": ["TrainedClassifier", "train_particle_classifier"],
        "physics_run": ["PhysicsReport", "physics"],
        "reduction": ["ReducedFile", "ReducedRun", "reduce_file", "reduce_files"],
        "segment": ["FileResult", "FrameResult", "segment_file", "segment_files", "segment_frame"],
        "simulating_raw": ["RawRun", "simulate_raw"],
        "simulating": ["simulate", "simulate_library"],
        "training_run": ["TrainedModel", "train"],
    },
)
