"""Images of several recipes in one set."""

import json

import numpy as np
import pytest

from ccdseg.detector import DAMIC
from ccdseg.simulation import ClusterLibrary, Recipe, RecipeMixture, simulate_image
from ccdseg.simulation import components as c
from tests.recipes import original_style
from tests.refusal import refused

FRAMES = Recipe(name="frames", shape=(32, 48), components=(c.Particles(),))
STYLE = original_style("style", (32, 48), clusters=(0, 2), lines=(0, 2), glow_probability=0.0)


def mixture(*shares):
    return RecipeMixture("both", (FRAMES, STYLE), shares)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_each_recipe_has_its_share(share):
    rng = np.random.default_rng(1)
    drawn = [mixture(share, 1 - share).draw(rng).name for _ in range(400)]
    assert np.mean([name == "frames" for name in drawn]) == pytest.approx(share, abs=0.1)


def test_images_are_those_of_the_recipe_that_is_drawn():
    kinds = {
        simulate_image(mixture(0.5, 0.5), rng=np.random.default_rng(seed)).detector.name
        for seed in range(12)
    }
    assert kinds == {"random", "DAMIC"}


def test_the_seed_decides_alone():
    images = [simulate_image(mixture(0.5, 0.5), rng=np.random.default_rng(4)) for _ in range(2)]
    np.testing.assert_array_equal(images[0].image, images[1].image)


def test_all_recipes_are_scaled():
    scaled = mixture(0.5, 0.5).scaled((64, 64))
    assert scaled.shape == (64, 64)
    assert [recipe.shape for recipe in scaled.recipes] == [(64, 64), (64, 64)]
    assert scaled.shares == (0.5, 0.5)


def test_components_and_libraries_are_those_of_the_recipes_that_have_them():
    library = ClusterLibrary.from_arrays([np.full((3, 3), 4.0)])
    changed = mixture(0.5, 0.5).with_library(library)
    assert changed.recipes[0] is FRAMES
    assert changed.recipes[1].find(c.PastedClusters).library is library
    alone = RecipeMixture("alone", (FRAMES,), (1.0,))
    with refused("The recipe alone makes its own particles"):
        alone.with_library(library)
    few = c.Particles(probability=0.1)
    assert alone.with_components(few).find(c.Particles) is few
    with refused("The recipe style has no component Particles"):
        mixture(0.5, 0.5).with_components(few)
    assert mixture(0.5, 0.5).find(c.Particles) is None


def test_a_mixture_has_neither_one_detector_nor_bands():
    assert mixture(0.0, 1.0).fixed_detector is None
    with refused("the recipe both draws them for each image"):
        mixture(0.0, 1.0).intensity_bands(DAMIC)


def test_it_can_be_written_as_json():
    written = json.loads(json.dumps(mixture(0.25, 0.75).to_dict()))
    assert written["name"] == "both"
    assert [recipe["name"] for recipe in written["recipes"]] == ["frames", "style"]
    assert written["shares"] == [0.25, 0.75]


def test_bad_mixtures_are_refused():
    with refused("The shares of 2 recipes are"):
        mixture(1.0)
    with refused("The shares of 2 recipes are"):
        mixture(0.5, 0.6)
    with refused("The shares of 2 recipes are"):
        mixture(1.5, -0.5)
    with refused(r"one shape; these have frames \(32, 48\), style \(8, 8\)"):
        RecipeMixture("both", (FRAMES, STYLE.scaled((8, 8))), (0.5, 0.5))
