"""Training of segmenters: presets, hyperparameters, data and the fit."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "config": ["TrainingConfig"],
        "config_file": ["read_plan", "write_plan"],
        "data": ["ArrayData", "TrainingData"],
        "fine_tuning": ["fine_tuning_plan"],
        "fitting": ["train"],
        "folder_data": ["FolderData"],
        "plan": ["Stage", "TrainingPlan"],
        "presets": ["PRESETS"],
        "simulated_data": ["MixedData", "SimulatedData"],
    },
)
