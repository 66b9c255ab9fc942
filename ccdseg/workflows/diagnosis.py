"""Diagnosis of an installation: versions, processors, libraries that fail late, a self-test."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata

import numpy as np

from ccdseg.errors import InputError

_PACKAGES = ("numpy", "scipy", "scikit-image", "astropy", "matplotlib", "keras", "tensorflow")
"""Packages whose versions are told."""


@dataclass(frozen=True)
class Check:
    """Result of one check.

    Attributes
    ----------
    name : str
        Part of the installation.
    passed : bool
        Whether it works.
    found : str
        Versions, numbers, or the error.
    """

    name: str
    passed: bool
    found: str


def diagnose() -> list[Check]:
    """Check the installation, each part by using it.

    Returns
    -------
    list of Check
        Versions, processors, backend of Keras, OpenCV, augmentation, and every model that ships:
        its files, its network, and its mask of a small image.
    """
    from ccdseg.segmentation import list_models

    checks = [
        _check("versions", _versions),
        _check("processors", _processors),
        _check("backend of Keras", _backend),
        _check("OpenCV", _opencv),
        _check("augmentation", _augmentation),
    ]
    models = list_models()
    if not models:
        found = "none; install ccdseg from a clone or a wheel that holds the folder models"
        checks.append(Check("models that ship", passed=False, found=found))
    return checks + [_check(f"model {name}", lambda name=name: _model(name)) for name in models]


def _check(name: str, use: Callable[[], str]) -> Check:
    """Use a part of the installation; any exception is its failure."""
    try:
        return Check(name, passed=True, found=use())
    except Exception as error:  # noqa: BLE001 - a broken library can raise anything
        text = " ".join(str(error).split()) or type(error).__name__
        return Check(name, passed=False, found=text)


def _versions() -> str:
    from ccdseg.version import __version__

    found = [f"ccdseg {__version__}", f"Python {platform.python_version()}"]
    found += [f"{name} {metadata.version(name)}" for name in _PACKAGES]
    return ", ".join([*found, platform.platform()])


def _processors() -> str:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    limits = {
        name: os.environ[name]
        for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        if name in os.environ
    }
    told = ", ".join(f"{name}={value}" for name, value in limits.items())
    return f"{usable} of {os.cpu_count()} usable" + (f", limited by {told}" if told else "")


def _backend() -> str:
    from ccdseg.segmentation.loading import import_keras

    import_keras()
    import keras

    devices = ", ".join(keras.distribution.list_devices())
    return f"{keras.backend.backend()}, devices: {devices}"


def _opencv() -> str:
    try:
        import cv2
    except ImportError as error:
        raise InputError(
            f"{error}; install the system libraries libgl1 and libglib2.0-0, or "
            "opencv-python-headless in the place of opencv-python"
        ) from None
    return cv2.__version__


def _augmentation() -> str:
    from ccdseg.augmentation import augment

    images, masks = np.zeros((1, 16, 16), np.float32), np.zeros((1, 16, 16), np.uint8)
    augment(images, masks, "all", rng=np.random.default_rng(0))
    return f"imgaug {metadata.version('imgaug')}"


def _model(name: str) -> str:
    from ccdseg.segmentation.checking import check_model

    start = time.perf_counter()
    found = check_model(name)
    return f"{found}; {time.perf_counter() - start:.1f} s"
