"""Overscan beside the rows of an amplifier, above or below them."""

import numpy as np
import pytest

from ccdseg.calibration import Reduction, reduce_image
from ccdseg.calibration.amplifier_overscan import AmplifierOverscan
from ccdseg.detector import Amplifier, Detector
from tests.refusal import refused


def raw(rng, shape=(60, 50)):
    """Image of level 1000, whose baseline rises along the columns."""
    slope = np.linspace(0, 30, shape[1])
    return 1000 + slope + rng.normal(0, 2, shape), slope


def reduce(image, header=(), **settings):
    reduction = Reduction(**settings)
    return reduce_image(
        lambda rows: image[rows], image.shape, header=dict(header), reduction=reduction
    )


@pytest.mark.parametrize(("bias", "kept"), [("[1:50,49:60]", 0), ("[1:50,1:12]", 12)])
def test_rows_above_or_below_level_and_are_trimmed(bias, kept):
    image, slope = raw(np.random.default_rng(0))
    reduced = reduce(image, {"BIASSEC": bias})
    assert reduced.data.shape == (48, 50)
    assert reduced.origin == (kept, 0)
    assert np.median(reduced.data) == pytest.approx(0, abs=0.5)
    assert reduced.amplifiers[0].read_noise == pytest.approx(9, rel=0.1)  # the slope is in it
    assert "by 12 rows of overscan, median, subtracted" in reduced.history[0]
    straight = reduce(image, {"BIASSEC": bias}, overscan="polynomial", degree=1)
    expected = image[kept : kept + 48] - 1000 - slope
    assert np.abs(straight.data - expected).max() < 2


def test_rows_of_the_overscan_are_not_subtracted_twice():
    image, _ = raw(np.random.default_rng(1))
    amplifier = Amplifier("[1:40,1:48]", overscan=("[41:50,1:60]", "[1:40,49:60]"))
    both = reduce(image, detector=Detector("both", 1000, 2, amplifiers=(amplifier,)))
    beside = Amplifier("[1:40,1:48]", overscan=("[41:50,1:60]",))
    one = reduce(image, detector=Detector("one", 1000, 2, amplifiers=(beside,)))
    np.testing.assert_array_equal(both.data, one.data)
    found = AmplifierOverscan.of(amplifier, image.shape)
    assert (found.parts, len(found.across)) == (found.beside, 1)


def test_overscan_that_lies_at_neither_is_refused():
    with refused("The overscan .* reaches along neither all rows nor all columns"):
        AmplifierOverscan.of(Amplifier("[1:40,1:48]", overscan=("[41:50,1:20]",)), (60, 50))
