"""Figure of the noise against the number of samples."""

import numpy as np

from ccdseg.calibration import NoiseCurve
from ccdseg.plotting import show_noise_curves

N = np.array([1, 2, 4, 8, 16, 32])


def test_a_curve_that_leaves_the_law_is_marked():
    law = NoiseCurve(N, 4 / np.sqrt(N))
    floor = NoiseCurve(N, np.hypot(4 / np.sqrt(N), 1.0))
    assert law.follows
    assert (floor.follows, floor.last_following) == (False, 4)
    (axes,) = show_noise_curves({"A": law, "B": floor}, title="raw").axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [
        *("A: 0.707 ADU at 32 samples", "B: 1.22 ADU at 32 samples"),
        *("B: leaves the law after 4 samples", "1/√N"),
    ]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
