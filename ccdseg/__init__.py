"""Segmentation of CCD images for physicists.

The names below load what they need when they are first used: importing the package loads neither
TensorFlow nor matplotlib.
"""

import os

import lazy_loader

# TensorFlow leaves these kernels off where a processor lacks AVX512, and is then half as fast
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
