from .classes import CLASSES, ClassCatalogue
from .detector import DAMIC, Detector
from .errors import InputError
from .segmentation import Segmenter, list_models
from .training import TrainingConfig, train
from .version import __version__

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
]
