"""Segmentation of images: the segmenter, its tiles, and the store of models."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "predicting": ["Prediction"],
        "segmenter": ["Segmenter"],
        "store": ["DEFAULT_MODEL", "find_model", "list_models"],
    },
)
