"""Batches for training."""

from types import SimpleNamespace

import numpy as np
import pytest

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.dataset import ArraySet
from ccdseg.detector import DAMIC
from ccdseg.images_io import write_png
from ccdseg.images_io.folders import ImageFolder
from ccdseg.mask import IGNORED, mask_from_bands
from ccdseg.normalization import get_normalizer
from ccdseg.training import ArrayData, FolderData, MixedData, SimulatedData
from ccdseg.training.batches import Batches, piece_shape
from tests.refusal import refused


def batches_of(data, **changes):
    """Batches of a segmenter of which only what they ask for is there."""
    segmenter = {"normalizer": get_normalizer("none"), "classes": CLASSES, "input_size": None}
    asked = {name: changes.pop(name) for name in segmenter if name in changes}
    stride = changes.pop("stride", 1)
    settings = {"batch_size": 4, "seed": 5, "piece": piece_shape([data.shape], stride=stride)}
    return Batches(data, SimpleNamespace(**segmenter | asked), **settings | changes)


def stored(arrays, **changes):
    return batches_of(ArrayData(arrays), **changes)


@pytest.fixture(params=["stored", "simulated"])
def build(request, small_set, small_recipe):
    """Build batches of ten images of either kind."""
    if request.param == "stored":
        return lambda **changes: stored(small_set[:10], **changes)
    data = SimulatedData(small_recipe, n_images=10, detector=DAMIC)
    return lambda **changes: batches_of(data, **changes)


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_batches_are_normalised_images_and_one_hot_masks(build):
    images, one_hot = build()[0]
    assert (images.shape, images.dtype) == ((4, 64, 64, 1), np.float32)
    assert (one_hot.shape, one_hot.dtype) == ((4, 64, 64, 4), np.float32)
    np.testing.assert_array_equal(one_hot.sum(axis=-1), 1)
    for image in build(normalizer=get_normalizer("max255"))[0][0]:
        assert image.max() == pytest.approx(255)


def test_the_last_batch_holds_what_is_left(build):
    batches = build()
    assert [len(batches[i][0]) for i in range(len(batches))] == [4, 4, 2]


def test_the_same_seed_gives_the_same_batches_in_any_order(build):
    first, second = build(), build()
    forward = [first[i] for i in (0, 1, 2)]
    backward = [second[i] for i in (2, 1, 0)][::-1]
    assert all(map(same, forward, backward))


def test_another_seed_gives_other_batches(build):
    assert not same(build()[0], build(seed=6)[0])


def test_every_epoch_differs_and_can_be_repeated(build):
    batches, again = build(), build()
    first = batches[0]
    batches.on_epoch_end()
    assert not same(batches[0], first)
    again.on_epoch_end()
    assert same(batches[0], again[0])


def test_simulated_images_never_repeat(small_recipe):
    batches = batches_of(SimulatedData(small_recipe, n_images=10), flips=False)
    images = [batches[i][0] for i in range(3)]
    batches.on_epoch_end()
    images += [batches[i][0] for i in range(3)]
    means = np.concatenate(images).mean(axis=(1, 2, 3))
    assert len(np.unique(means)) == 20


def test_every_stored_image_comes_once_per_epoch(small_set):
    batches = stored(small_set, flips=False, batch_size=5)
    order = []
    for _ in range(2):
        images = np.concatenate([batches[i][0][..., 0] for i in range(len(batches))])
        order.append([int(np.argmin(abs(small_set.images - i).sum((1, 2)))) for i in images])
        batches.on_epoch_end()
    assert sorted(order[0]) == sorted(order[1]) == list(range(12))
    assert order[0] != order[1]


def test_images_that_validate_are_those_stored_in_their_order(small_set):
    batches = stored(small_set, validating=True)
    for _ in range(2):
        np.testing.assert_array_equal(batches[1][0][..., 0], small_set.images[4:8])
        np.testing.assert_array_equal(batches[1][1].argmax(axis=-1), small_set.masks[4:8])
        batches.on_epoch_end()


@pytest.mark.parametrize("shape", [(6, 6), (4, 6)])
def test_flips_and_turns_keep_image_and_mask_together(shape):
    masks = np.random.default_rng(0).integers(0, 4, (3, *shape)).astype(np.uint8)
    masks = masks[:1]
    batches = stored(ArraySet(masks.astype(np.float32), masks))
    versions = set()
    for _ in range(60):
        images, one_hot = batches[0]
        np.testing.assert_array_equal(images[..., 0], one_hot.argmax(axis=-1))
        versions.add(images[0].tobytes())
        batches.on_epoch_end()
    assert len(versions) == (8 if shape[0] == shape[1] else 4)


def test_images_and_masks_are_padded_alike_to_the_stride_of_the_network():
    masks = np.random.default_rng(0).integers(0, 4, (1, 10, 13)).astype(np.uint8)
    batches = stored(ArraySet(masks.astype(np.float32), masks), flips=False, stride=8)
    images, one_hot = batches[0]
    assert images.shape == (1, 16, 16, 1)
    np.testing.assert_array_equal(images[..., 0], one_hot.argmax(axis=-1))
    np.testing.assert_array_equal(images[0, :10, :13, 0], masks[0])


def test_intensity_bands_label_simulated_images(small_recipe):
    bands = small_recipe.intensity_bands()
    data = SimulatedData(small_recipe, n_images=2, detector=DAMIC, bands=bands)
    batches = batches_of(data)
    images, one_hot = batches[0]
    expected = mask_from_bands(images[..., 0], bands)
    np.testing.assert_array_equal(one_hot.argmax(axis=-1), expected)


def test_the_truth_of_simulated_images_is_in_the_classes_that_are_asked_for(small_recipe):
    whole, cosmics = (
        batches_of(SimulatedData(small_recipe, n_images=2, classes=classes), classes=classes)[0][1]
        for classes in (CLASSES, COSMICS)
    )
    assert cosmics.shape == (2, 64, 64, 2)
    np.testing.assert_array_equal(cosmics[..., 1], whole[..., CLASSES["cluster"].index])
    assert cosmics[..., 1].any()


def test_images_are_normalised_and_then_resized_and_masks_keep_their_classes(small_set):
    batches = stored(small_set, validating=True, input_size=(32, 48))
    images, one_hot = batches[0]
    assert images.shape == (4, 32, 48, 1)
    assert set(np.unique(one_hot)) == {0, 1}
    np.testing.assert_allclose(images.mean(), small_set.images[:4].mean(), rtol=0.02)


def test_pixels_without_a_class_have_no_one_hot(small_set):
    masks = small_set.masks.copy()
    masks[:, :5] = IGNORED
    _, one_hot = stored(ArraySet(small_set.images, masks), validating=True)[0]
    np.testing.assert_array_equal(one_hot[:, :5], 0)
    np.testing.assert_array_equal(one_hot[:, 5:].argmax(axis=-1), masks[:4, 5:])


def test_own_images_come_among_simulated_ones(small_set, small_recipe):
    data = MixedData(ArrayData(small_set[:6]), SimulatedData(small_recipe, n_images=4))
    batches = batches_of(data, flips=False, batch_size=10)
    assert len(batches) == 1
    images = batches[0][0][..., 0]
    found = [np.any(np.all(images == image, axis=(1, 2))) for image in small_set.images]
    assert found == [True] * 6 + [False] * 6
    training, validation = data.split(0.5, rng=np.random.default_rng(0))
    assert (len(training), len(validation)) == (7, 3)
    held_out = list(data.held_out(10, fraction=0.5, rng=np.random.default_rng(0)))
    known = [np.any(np.all(small_set.images == image, axis=(1, 2))) for image, _ in held_out]
    assert known == [True] * 3 + [False] * 4
    frequencies = data.class_frequencies(4, rng=np.random.default_rng(0))
    assert frequencies.sum() == pytest.approx(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six pairs of 8-bit pictures of two sizes; where the mask is 1, the image is above 127."""
    where = tmp_path_factory.mktemp("pairs")
    rng = np.random.default_rng(0)
    for number in range(6):
        image = rng.integers(0, 256, ((40, 24), (20, 36))[number % 2]).astype(np.uint8)
        write_png(where / "images" / f"{number}.png", image)
        write_png(where / "masks" / f"{number}.png", (image > 127).astype(np.uint8) * 255)
    return ImageFolder.open(where / "images", where / "masks")


def from_folder(folder, **changes):
    return batches_of(FolderData(folder), **{"piece": (32, 32), "classes": COSMICS} | changes)


def test_pieces_of_images_of_any_size_keep_image_and_mask_together(folder):
    batches = from_folder(folder)
    assert len(batches) == 2
    for images, one_hot in (batches[0], batches[1]):
        assert images.shape[1:] == (32, 32, 1)
        np.testing.assert_array_equal(one_hot[..., 1], images[..., 0] > 127)
    assert same(batches[1], from_folder(folder)[1])
    before = batches[0]
    batches.on_epoch_end()
    assert not same(before, batches[0])


def test_the_middle_validates_in_every_epoch(folder):
    batches = from_folder(folder, validating=True)
    before = batches[0]
    np.testing.assert_array_equal(before[0][0, :, :24, 0], folder[0][0][4:36])
    batches.on_epoch_end()
    assert same(before, batches[0])


def test_a_folder_is_resized_where_the_network_wants_one_size(folder):
    images, one_hot = from_folder(folder, input_size=(16, 48))[0]
    assert (images.shape, one_hot.shape) == ((4, 16, 48, 1), (4, 16, 48, 2))


def test_a_file_that_cannot_be_read_is_remembered(folder, tmp_path):
    (tmp_path / "broken.png").write_text("no picture")
    batches = from_folder(folder)
    batches.data = FolderData(ImageFolder((tmp_path / "broken.png",), folder.masks[:1]))
    with refused("broken.png cannot be read"):
        batches[0]
    assert "broken.png cannot be read" in str(batches.failure)
