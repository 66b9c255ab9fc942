"""Networks that were built for one size of image, freed from it."""

from __future__ import annotations

import keras
from keras import Model


def for_any_size(network: Model) -> Model:
    """The network itself, or, where its input has a fixed size, a copy without that bond."""
    if network.input_shape[1:3] == (None, None):
        return network
    free = keras.Input((None, None, network.input_shape[-1]), name="image")
    copy = keras.models.clone_model(network, input_tensors=free)
    copy.set_weights(network.get_weights())
    return copy
