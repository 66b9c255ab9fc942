"""Networks and losses, in Keras 3 alone."""

from ccdseg.models.deeplab import deeplab_v3_plus
from ccdseg.models.lean_unet import lean_unet
from ccdseg.models.losses import CrossentropyDice, WeightedCategoricalCrossentropy
from ccdseg.models.unet import unet

NETWORKS = {"unet": unet, "lean_unet": lean_unet, "deeplab_v3_plus": deeplab_v3_plus}
"""Networks by the name of their architecture."""

__all__ = [
    "NETWORKS",
    "CrossentropyDice",
    "WeightedCategoricalCrossentropy",
    "deeplab_v3_plus",
    "lean_unet",
    "unet",
]
