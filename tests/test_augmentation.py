"""Images and masks are augmented together."""

import numpy as np
import pytest

from ccdseg.augmentation import AUGMENTATIONS, append_augmented, augment
from ccdseg.dataset import ArraySet
from tests.refusal import refused

LEVELS = np.array([0, 1, 2, 4], dtype=np.float32)
SHAPES = [(32, 32), (24, 40), (40, 17)]


def random_masks(shape=(32, 32), n=5, seed=1):
    return np.random.default_rng(seed).integers(0, 4, (n, *shape), dtype=np.uint8)


def pictures_of(masks):
    return np.stack([60 * masks, 20 * masks, 255 - 70 * masks], axis=-1)


def augmented(images, masks, sequence, seed=1):
    return augment(images, masks, sequence, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", [LEVELS.__getitem__, pictures_of], ids=["ADU", "RGB"])
def test_an_image_moves_with_its_mask(shape, kind):
    masks = random_masks(shape)
    images, moved = augmented(kind(masks), masks, "geometric")
    np.testing.assert_array_equal(images, kind(moved))
    assert np.any(moved != masks)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_signals_are_moved_and_never_mixed(shape, dtype):
    masks = random_masks(shape)
    levels = np.array([8800.0, 10_250.0, 11_000.0, 65_535.0])
    images, _ = augmented(levels[masks].astype(dtype), masks, "geometric")
    assert images.dtype == dtype
    distance = np.abs(images[..., np.newaxis] - levels).min(axis=-1)
    assert distance.max() < 0.01


def test_half_of_the_square_images_are_only_mirrored_and_turned():
    masks = random_masks((16, 16), n=480)
    _, moved = augmented(LEVELS[masks], masks, "geometric")
    turned = np.stack([np.rot90(masks, k, axes=(1, 2)) for k in range(4)])
    turned = np.concatenate([turned, turned[:, :, ::-1]])
    same = (turned == moved).all(axis=(2, 3))
    assert abs(same.any(axis=0).sum() - 240) < 4 * 120**0.5
    np.testing.assert_array_less(np.abs(same.sum(axis=1) - 30), 4 * 30**0.5)


def test_images_that_are_not_square_are_mirrored_and_not_turned():
    masks = random_masks((12, 20), n=100)
    _, moved = augmented(LEVELS[masks], masks, "geometric")
    mirrored = np.stack([masks, masks[:, ::-1], masks[:, :, ::-1], masks[:, ::-1, ::-1]])
    same = (mirrored == moved).all(axis=(2, 3))
    assert abs(same.any(axis=0).sum() - 50) < 4 * 25**0.5
    assert same.any(axis=1).all()


@pytest.mark.parametrize("sequence", AUGMENTATIONS)
def test_masks_hold_the_classes_they_held(sequence):
    masks = np.where(random_masks(n=12) > 1, np.uint8(3), np.uint8(1))
    _, moved = augmented(pictures_of(masks), masks, sequence)
    assert moved.dtype == np.uint8
    assert set(np.unique(moved)) == {1, 3}


def test_intensity_changes_the_pictures_and_leaves_the_masks():
    masks = random_masks(n=12)
    images, same = augmented(pictures_of(masks), masks, "intensity")
    np.testing.assert_array_equal(same, masks)
    assert np.all(np.any(images != pictures_of(masks), axis=(1, 2, 3)))


def test_all_moves_and_changes():
    masks = random_masks(n=12)
    images, moved = augmented(pictures_of(masks), masks, "all")
    assert np.any(moved != masks)
    assert np.any(images != pictures_of(moved))


@pytest.mark.parametrize("sequence", AUGMENTATIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pictures_stay_pictures_and_the_input_stays_as_it_is(sequence, shape):
    masks = random_masks(shape)
    pictures = pictures_of(masks)
    images, moved = augmented(pictures, masks, sequence)
    assert (images.shape, images.dtype) == (pictures.shape, np.uint8)
    assert (moved.shape, moved.dtype) == (masks.shape, np.uint8)
    np.testing.assert_array_equal(pictures, pictures_of(masks))
    np.testing.assert_array_equal(masks, random_masks(shape))


@pytest.mark.parametrize("sequence", AUGMENTATIONS)
def test_the_seed_decides_alone(sequence):
    masks = random_masks()
    first, other, again = (augmented(pictures_of(masks), masks, sequence, s) for s in (1, 2, 1))
    for part in (0, 1):
        np.testing.assert_array_equal(first[part], again[part])
    assert np.any(first[0] != other[0])


def test_images_of_one_call_are_augmented_each_in_its_own_way():
    masks = np.repeat(random_masks(n=1), 20, axis=0)
    _, moved = augmented(LEVELS[masks], masks, "geometric")
    assert len({mask.tobytes() for mask in moved}) > 10


def test_a_constant_image_stays_constant():
    images = np.full((3, 16, 16), 8800, dtype=np.float32)
    moved, _ = augmented(images, np.zeros(images.shape, dtype=np.uint8), "geometric")
    np.testing.assert_array_equal(moved, images)


def test_what_imgaug_asks_of_numpy_is_not_left_there():
    augmented(LEVELS[random_masks()], random_masks(), "geometric")
    assert not hasattr(np, "sctypes")


def test_an_unknown_augmentation_lists_the_known():
    with refused("Unknown augmentation 'blur'; take geometric, intensity, all"):
        augmented(LEVELS[random_masks()], random_masks(), "blur")


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((5, 32, 32), dtype=np.uint16),
        np.zeros((32, 32), dtype=np.float32),
        np.zeros((5, 32, 32, 1), dtype=np.float32),
        np.zeros((5, 32, 32, 3), dtype=np.float32),
        np.zeros((5, 32, 32, 4), dtype=np.uint8),
    ],
    ids=lambda images: f"{images.dtype} {images.shape}",
)
def test_images_of_another_kind_are_refused(images):
    with refused(r"shape \(.*\) and type .* cannot be augmented"):
        augmented(images, random_masks(), "geometric")


@pytest.mark.parametrize("shape", [(5, 32, 31), (4, 32, 32), (5, 32, 32, 1)], ids=str)
def test_masks_of_another_shape_are_refused(shape):
    with refused(r"Masks of shape \(.*\) do not fit images of \(5, 32, 32\)"):
        augmented(LEVELS[random_masks()], np.zeros(shape, dtype=np.uint8), "geometric")


def test_appending_doubles_a_set():
    masks = random_masks()
    before = ArraySet(LEVELS[masks], masks)
    images, moved = augmented(before.images, masks, "geometric")
    after = append_augmented(before, "geometric", rng=np.random.default_rng(1))
    np.testing.assert_array_equal(after.images, np.concatenate([before.images, images]))
    np.testing.assert_array_equal(after.masks, np.concatenate([masks, moved]))


def test_a_signal_stays_within_its_range_but_for_the_gain_of_the_logarithm():
    rng = np.random.default_rng(1)
    images = rng.uniform(8000, 9000, (100, 16, 16)).astype(np.float32)
    masks = rng.integers(0, 4, images.shape, dtype=np.uint8)
    for sequence in AUGMENTATIONS:
        changed, same = augment(images, masks, sequence, rng=rng)
        low, high = images.min(axis=(1, 2)), images.max(axis=(1, 2))
        assert changed.dtype == np.float32
        assert np.all(changed.min(axis=(1, 2)) > low - 0.01)
        assert np.all(changed.max(axis=(1, 2)) < low + 1.3**1.4 * (high - low) + 0.01)
        if sequence == "intensity":
            np.testing.assert_array_equal(same, masks)
            assert np.any(changed != images, axis=(1, 2)).mean() > 0.9


def test_a_set_without_masks_is_not_augmented():
    with refused("masks"):
        append_augmented(
            ArraySet(np.ones((1, 8, 8), np.float32)), "geometric", rng=np.random.default_rng(1)
        )
