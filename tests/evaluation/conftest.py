"""Pixels with calibrated probabilities."""

import numpy as np
import pytest

from tests.evaluation.drawn import draw_classes


@pytest.fixture(scope="module")
def calibrated():
    """True classes of 200,000 pixels, mostly background, and the probabilities they come from."""
    rng = np.random.default_rng(5)
    probabilities = rng.dirichlet([2.0, 0.4, 0.2, 0.3], (500, 400))
    return draw_classes(probabilities, rng), probabilities
