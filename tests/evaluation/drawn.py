"""Probabilities and classes drawn by them."""


def draw_classes(probabilities, rng):
    """Draw a class of each pixel with the probabilities given."""
    below = probabilities.cumsum(axis=-1) < rng.random((*probabilities.shape[:-1], 1))
    return below.sum(axis=-1).clip(max=probabilities.shape[-1] - 1)


def sharpened(probabilities, power):
    """The same probabilities, surer of themselves by a `power` above 1."""
    raised = probabilities**power
    return raised / raised.sum(axis=-1, keepdims=True)
