"""Simulated CCD images whose truth is known."""

from ccdseg.simulation.catalogue import RECIPES
from ccdseg.simulation.detector_sources import FixedDetector, RandomDetector
from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.event_storage import load_events, save_events
from ccdseg.simulation.image import (
    simulate_dataset,
    simulate_image,
    simulate_images,
    stack_images,
)
from ccdseg.simulation.library import ClusterLibrary, default_library, load_cluster_library
from ccdseg.simulation.library_generation import generate_library
from ccdseg.simulation.light_recipes import DOMAINS
from ccdseg.simulation.mixture import RecipeMixture
from ccdseg.simulation.raw_readout import RawReadout, simulate_raw_image
from ccdseg.simulation.recipe import Recipe, RecipeLike
from ccdseg.simulation.sequence import one_detector
from ccdseg.simulation.truth import SimulatedImage

__all__ = [
    "DOMAINS",
    "RECIPES",
    "ClusterLibrary",
    "EventList",
    "FixedDetector",
    "RandomDetector",
    "RawReadout",
    "Recipe",
    "RecipeLike",
    "RecipeMixture",
    "SimulatedImage",
    "default_library",
    "generate_library",
    "load_cluster_library",
    "load_events",
    "one_detector",
    "save_events",
    "simulate_dataset",
    "simulate_image",
    "simulate_images",
    "simulate_raw_image",
    "stack_images",
]
