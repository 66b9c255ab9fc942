"""Images of several recipes in one set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.mask import IntensityBands
from ccdseg.simulation.components import Component, PastedClusters
from ccdseg.simulation.library import ClusterLibrary
from ccdseg.simulation.recipe import Kind, Recipe, no_common_bands, no_pasted_clusters


@dataclass(frozen=True)
class RecipeMixture:
    """Recipes, from which each image draws one.

    Parameters
    ----------
    name : str
        Name under which reports mention the mixture.
    recipes : tuple of Recipe
        Recipes of one shape.
    shares : tuple of float
        Share of the images that each has; they sum to 1.
    """

    name: str
    recipes: tuple[Recipe, ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if len({recipe.shape for recipe in self.recipes}) != 1:
            shapes = ", ".join(f"{recipe.name} {recipe.shape}" for recipe in self.recipes)
            raise InputError(f"The recipes of a mixture have one shape; these have {shapes}.")
        fits = len(self.shares) == len(self.recipes) and min(self.shares) >= 0
        if not (fits and np.isclose(sum(self.shares), 1)):
            raise InputError(
                f"The shares of {len(self.recipes)} recipes are {self.shares}; give one each, none "
                "below 0, their sum 1."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image (px)."""
        return self.recipes[0].shape

    @property
    def fixed_detector(self) -> None:
        """None: the recipes have detectors of their own."""

    def draw(self, rng: np.random.Generator) -> Recipe:
        """Draw the recipe of one image."""
        return self.recipes[rng.choice(len(self.recipes), p=self.shares)]

    def find(self, kind: type[Kind]) -> Kind | None:
        """The component of this kind that all recipes have alike; None where they differ."""
        found = {recipe.find(kind) for recipe in self.recipes}
        return found.pop() if len(found) == 1 else None

    def scaled(self, shape: tuple[int, int]) -> RecipeMixture:
        """The mixture for images of another `shape`, with as many elements per area."""
        return self._of([recipe.scaled(shape) for recipe in self.recipes])

    def with_components(self, *components: Component) -> RecipeMixture:
        """The mixture with these components in the place of those of the same kinds.

        Raises
        ------
        InputError
            If a recipe has no component of one of the kinds.
        """
        return self._of([recipe.with_components(*components) for recipe in self.recipes])

    def with_library(self, library: ClusterLibrary) -> RecipeMixture:
        """The mixture with clusters of another library in the recipes that paste clusters.

        Raises
        ------
        InputError
            If no recipe pastes clusters.
        """
        pasting = [recipe.find(PastedClusters) is not None for recipe in self.recipes]
        if not any(pasting):
            raise InputError(no_pasted_clusters(self.name))
        return self._of(
            [
                recipe.with_library(library) if pastes else recipe
                for recipe, pastes in zip(self.recipes, pasting, strict=True)
            ]
        )

    def _of(self, recipes: Sequence[Recipe]) -> RecipeMixture:
        return replace(self, recipes=tuple(recipes))

    def intensity_bands(
        self,
        detector: Detector | None = None,  # noqa: ARG002 - as `Recipe.intensity_bands`
        *,
        n_sigma: float = 3.0,  # noqa: ARG002
    ) -> IntensityBands:
        """Refuse: images of several recipes have no bands in common."""
        raise InputError(no_common_bands(self.name))

    def to_dict(self) -> dict:
        """All recipes and shares, ready for JSON."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "recipes": [recipe.to_dict() for recipe in self.recipes],
            "shares": list(self.shares),
        }
