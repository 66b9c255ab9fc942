"""Inference engines: what runs a network, Keras or OpenVINO, behind one interface."""

from ccdseg.segmentation.engines.interface import (
    ENGINES,
    PRECISIONS,
    Classifier,
    Engine,
    NetworkGeometry,
)
from ccdseg.segmentation.engines.opening import open_engine

__all__ = ["ENGINES", "PRECISIONS", "Classifier", "Engine", "NetworkGeometry", "open_engine"]
