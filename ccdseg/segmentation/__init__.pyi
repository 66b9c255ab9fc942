from .predicting import Prediction
from .segmenter import Segmenter
from .store import DEFAULT_MODEL, find_model, list_models

__all__ = ["DEFAULT_MODEL", "Prediction", "Segmenter", "find_model", "list_models"]
