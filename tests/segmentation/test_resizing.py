"""Images and masks in another size."""

import numpy as np
import pytest

from ccdseg.segmentation.resizing import resize_bilinear, resize_nearest

RNG = np.random.default_rng(0)


def test_a_slope_stays_a_slope():
    slope = np.arange(32, dtype=np.uint16) * np.ones((16, 1), np.uint16)
    found = resize_bilinear(slope, (8, 64))
    assert (found.shape, found.dtype) == ((8, 64), np.float32)
    np.testing.assert_allclose(found[:, 1:-1], (np.arange(1, 63) - 0.5) / 2 * np.ones((8, 1)))


def test_probabilities_still_sum_to_one():
    probabilities = RNG.dirichlet((1, 1, 1), (20, 30)).astype(np.float32)
    found = resize_bilinear(probabilities, (13, 47))
    assert found.shape == (13, 47, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


def test_classes_are_never_blended():
    mask = np.zeros((40, 40), np.uint8)
    mask[10:20] = 3
    found = resize_nearest(mask, (100, 60))
    assert (found.shape, found.dtype) == ((100, 60), np.uint8)
    assert set(np.unique(found)) == {0, 3}
    assert (found[25:50] == 3).all()
    np.testing.assert_array_equal(resize_nearest(found, (40, 40)), mask)


@pytest.mark.parametrize("resize", [resize_bilinear, resize_nearest])
def test_an_image_of_the_right_size_stays_as_it_is(resize):
    image = RNG.integers(0, 9, (5, 7)).astype(np.uint8)
    np.testing.assert_array_equal(resize(image, (5, 7)), image)
