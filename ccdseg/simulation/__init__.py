"""Simulated CCD frames whose truth is known."""

from ccdseg.simulation.image import (
    SimulatedImage,
    simulate_dataset,
    simulate_image,
    simulate_images,
)
from ccdseg.simulation.library import ClusterLibrary, default_library, load_cluster_library
from ccdseg.simulation.particles import generate_library
from ccdseg.simulation.recipe import RECIPES, SimulationRecipe

__all__ = [
    "RECIPES",
    "ClusterLibrary",
    "SimulatedImage",
    "SimulationRecipe",
    "default_library",
    "generate_library",
    "load_cluster_library",
    "simulate_dataset",
    "simulate_image",
    "simulate_images",
]
