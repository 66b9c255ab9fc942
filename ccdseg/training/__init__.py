"""Training of segmenters: presets, hyperparameters, data and the fit."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "config": ["TrainingConfig"],
        "presets": ["PRESETS", "Preset"],
        "training": ["train", "train_on_folders", "train_on_simulation"],
    },
)
