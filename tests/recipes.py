"""Small recipes in the original's style, by the number of elements in an image."""

from dataclasses import replace

from ccdseg.simulation import RECIPES
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform, WholeNumbers


def original_style(
    name, shape, *, clusters=(3, 6), lines=(1, 3), glow_probability=0.6, glow_width=(10, 16)
):
    """Recipe ``test`` with as many clusters and lines per image."""
    area = shape[0] * shape[1] / 256**2
    recipe = RECIPES["test"].with_components(
        c.GlowSlab(probability=glow_probability, width=WholeNumbers(*glow_width)),
        c.HotSegments(number=Uniform(*(n / area**0.5 for n in lines))),
        c.PastedClusters(number=Uniform(*(n / area for n in clusters))),
    )
    return replace(recipe, name=name, shape=shape)
