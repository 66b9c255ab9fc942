"""Segmentation of CCD images for physicists.

The names below load what they need when they are first used: importing the package loads neither
TensorFlow nor matplotlib.
"""

import os
from importlib import import_module

from ccdseg.version import __version__

# TensorFlow leaves these kernels off where a processor lacks AVX512, and is then half as fast
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

_HOME = {
    "CLASSES": "classes",
    "ClassCatalogue": "classes",
    "DAMIC": "detector",
    "Detector": "detector",
    "InputError": "errors",
    "Segmenter": "inference",
    "TrainingConfig": "training_config",
    "list_models": "registry",
    "train": "training",
    "train_on_folders": "training",
    "train_on_simulation": "training",
}

__all__ = [
    "CLASSES",
    "DAMIC",
    "ClassCatalogue",
    "Detector",
    "InputError",
    "Segmenter",
    "TrainingConfig",
    "__version__",
    "list_models",
    "train",
    "train_on_folders",
    "train_on_simulation",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
