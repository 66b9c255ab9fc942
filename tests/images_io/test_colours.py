"""Pictures of images."""

import numpy as np
import pytest

from ccdseg.images_io.colours import enhance_contrast, recolour, to_grey


def random_pictures(n=4):
    return np.random.default_rng(1).integers(0, 256, (n, 12, 15, 3), dtype=np.uint8)


def test_recolouring_permutes_and_shifts_the_channels():
    pictures = random_pictures()
    recoloured = recolour(pictures, rng=np.random.default_rng(2))
    assert recoloured.dtype == np.uint8
    assert recoloured.shape == pictures.shape
    permutations = set()
    for old, new in zip(pictures, recoloured, strict=True):
        shifts = (new[..., :, np.newaxis] - old[..., np.newaxis, :]).reshape(-1, 3, 3)
        constant = np.ptp(shifts.astype(int), axis=0) == 0
        assert constant.sum(axis=0).tolist() == constant.sum(axis=1).tolist() == [1, 1, 1]
        permutations.add(tuple(constant.argmax(axis=1)))
    assert len(permutations) > 1


def test_recolouring_leaves_the_pictures_and_follows_the_seed():
    pictures = random_pictures()
    first, again, other = (recolour(pictures, rng=np.random.default_rng(s)) for s in (2, 2, 3))
    np.testing.assert_array_equal(pictures, random_pictures())
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_grey_is_the_luminance():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0]]])
    grey = to_grey(colours.astype(np.uint8))
    assert grey.dtype == np.float32
    np.testing.assert_allclose(grey, [[76.2195, 149.685, 29.07, 254.9745, 0]], rtol=1e-6)
    assert to_grey(random_pictures()).shape == (4, 12, 15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.uint16, np.int32])
def test_contrast_runs_from_0_to_1_whatever_the_type(dtype):
    image = np.random.default_rng(1).integers(0, 200, (40, 50)).astype(dtype)
    enhanced = enhance_contrast(image)
    assert enhanced.dtype == np.float32
    assert enhanced.shape == image.shape
    assert 0 <= enhanced.min() < 0.1
    assert 0.9 < enhanced.max() <= 1


def test_contrast_does_not_depend_on_pedestal_and_gain():
    image = np.random.default_rng(1).normal(0, 19, (40, 50))
    np.testing.assert_allclose(enhance_contrast(image * 4 + 8800), enhance_contrast(image))


def test_contrast_lifts_what_is_faint_beside_what_is_bright():
    image = np.random.default_rng(1).normal(8800, 19, (64, 64))
    image[:8, :8] += 2000
    faint = (image - image.min())[16:] / np.ptp(image)
    weak, strong = (enhance_contrast(image, clip_limit=limit)[16:] for limit in (0.01, 0.1))
    assert strong.std() > 1.2 * weak.std() > 1.2**2 * faint.std()


def test_a_constant_image_stays_constant():
    assert np.ptp(enhance_contrast(np.full((20, 20), 8800.0))) == 0
