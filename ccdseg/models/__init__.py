"""Networks and losses, in Keras 3 alone."""

from ccdseg.models.losses import CrossentropyDice, WeightedCategoricalCrossentropy
from ccdseg.models.unet import unet

__all__ = ["CrossentropyDice", "WeightedCategoricalCrossentropy", "unet"]
