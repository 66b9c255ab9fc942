"""Training of segmenters: presets, hyperparameters, data and the fit."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "config": ["TrainingConfig"],
        "data": ["ArrayData", "FolderData", "SimulatedData", "TrainingData"],
        "fitting": ["train"],
        "presets": ["PRESETS", "Preset"],
    },
)
