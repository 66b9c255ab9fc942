"""Simulated CCD frames whose truth is known."""

from ccdseg.simulation.events import EventList
from ccdseg.simulation.frame import FrameRecipe, simulate_frame
from ccdseg.simulation.generation import generate_library
from ccdseg.simulation.image import simulate_dataset, simulate_image, simulate_images
from ccdseg.simulation.library import ClusterLibrary, default_library, load_cluster_library
from ccdseg.simulation.mixture import Recipe, RecipeMixture
from ccdseg.simulation.recipe import RECIPES, SimulationRecipe
from ccdseg.simulation.truth import SimulatedImage

__all__ = [
    "RECIPES",
    "ClusterLibrary",
    "EventList",
    "FrameRecipe",
    "Recipe",
    "RecipeMixture",
    "SimulatedImage",
    "SimulationRecipe",
    "default_library",
    "generate_library",
    "load_cluster_library",
    "simulate_dataset",
    "simulate_frame",
    "simulate_image",
    "simulate_images",
]
