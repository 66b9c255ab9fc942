"""Sets of images and masks on disk."""

import pickle
import re

import numpy as np
import pytest

from ccdseg.dataset import ArraySet, load_array_set
from tests.refusal import refused


def random_set(n=5, shape=(6, 7)):
    rng = np.random.default_rng(1)
    return ArraySet(
        rng.normal(8800, 19, (n, *shape)).astype(np.float32),
        rng.integers(0, 4, (n, *shape), dtype=np.uint8),
        rng.random((n, *shape)) < 0.5,
    )


def assert_refused(path, message):
    with refused(f"{re.escape(str(path))}.*{message}"):
        load_array_set(path, n_classes=4)


@pytest.mark.parametrize("given", [1, 2, 3])
def test_a_set_survives_saving(tmp_path, given):
    whole = random_set()
    array_set = ArraySet(*(whole.images, whole.masks, whole.ambiguous)[:given])
    array_set.save(tmp_path / "new" / "set.npz")
    again = load_array_set(tmp_path / "new" / "set.npz", n_classes=4)
    for name in ("images", "masks", "ambiguous"):
        before, after = getattr(array_set, name), getattr(again, name)
        if before is None:
            assert after is None
        else:
            assert after.dtype == before.dtype
            np.testing.assert_array_equal(after, before)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["set.npz"]


def test_a_set_has_a_length_and_unpacks_into_images_and_masks():
    array_set = random_set()
    images, masks = array_set
    assert len(array_set) == 5
    assert images is array_set.images
    assert masks is array_set.masks


def test_a_part_of_a_set_is_a_set():
    part = random_set()[1:3]
    for name in ("images", "masks", "ambiguous"):
        np.testing.assert_array_equal(getattr(part, name), getattr(random_set(), name)[1:3])
    assert ArraySet(random_set().images)[1:3].masks is None


@pytest.mark.parametrize(
    ("n", "fraction", "n_last"),
    [(5, 0.2, 1), (10, 0.21, 2), (5, 0.0, 1), (5, 1.0, 4), (2, 0.5, 1), (9, 0.5, 4)],
)
def test_a_set_is_split_into_two_that_are_not_empty(n, fraction, n_last):
    array_set = random_set(n)
    first, last = array_set.split(fraction)
    assert (len(first), len(last)) == (n - n_last, n_last)
    for name in ("images", "masks", "ambiguous"):
        np.testing.assert_array_equal(
            np.concatenate([getattr(first, name), getattr(last, name)]), getattr(array_set, name)
        )


def test_the_key_of_earlier_versions_is_read(tmp_path):
    ambiguous = MASKS > 0
    np.savez(tmp_path / "old.npz", images=IMAGES, masks=MASKS, unclear=ambiguous)
    found = load_array_set(tmp_path / "old.npz", n_classes=4)
    np.testing.assert_array_equal(found.ambiguous, ambiguous)


def test_one_image_cannot_be_split():
    with refused("1 image left to split"):
        random_set(1).split(0.5)


IMAGES = np.ones((2, 3, 4), dtype=np.float32)
MASKS = np.ones((2, 3, 4), dtype=np.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": IMAGES[0]}, r"images have shape \(3, 4\) and type float32"),
        ({"images": IMAGES[..., None]}, "images have shape"),
        ({"images": IMAGES[:0]}, r"images have shape \(0, 3, 4\)"),
        ({"images": IMAGES.astype(complex)}, "type complex64|type complex128"),
        ({"images": IMAGES.astype(str)}, "images have shape .* type <U"),
        ({"images": IMAGES.astype(bool)}, "images have shape .* type bool"),
        ({"images": IMAGES, "masks": MASKS[:1]}, r"masks have shape \(1, 3, 4\)"),
        ({"images": IMAGES, "masks": MASKS[0]}, r"masks have shape \(3, 4\)"),
        ({"images": IMAGES, "masks": IMAGES}, "masks have .* type float32"),
        ({"images": IMAGES, "masks": MASKS > 0}, "masks have .* type bool"),
        ({"images": IMAGES, "ambiguous": MASKS}, "ambiguous have .* they must be booleans"),
        ({"images": IMAGES, "ambiguous": MASKS[0] > 0}, r"ambiguous have shape \(3, 4\)"),
    ],
)
def test_arrays_that_are_no_set_are_refused_in_memory_and_on_disk(tmp_path, arrays, message):
    with refused(message):
        ArraySet(**arrays)
    np.savez(tmp_path / "bad.npz", **arrays)
    assert_refused(tmp_path / "bad.npz", message)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({}, "holds the keys none; it must hold 'images'"),
        ({"masks": MASKS}, "holds the keys masks; it must hold 'images'"),
        ({"images": IMAGES, "labels": MASKS}, "holds the keys images, labels;"),
        ({"images": IMAGES * np.nan}, "the images hold NaN or infinite values"),
        ({"images": IMAGES * np.inf}, "the images hold NaN or infinite values"),
        ({"images": IMAGES, "masks": MASKS + 3}, "hold class 4; there are 4 classes, 0 to 3"),
        ({"images": IMAGES, "masks": MASKS.astype(int) - 2}, "hold class -1; there are 4"),
        ({"images": IMAGES.astype(object)}, "cannot be read as .npz"),
        ({"images": IMAGES, "masks": MASKS.astype(object)}, "cannot be read as .npz"),
    ],
)
def test_a_file_whose_arrays_do_not_fit_is_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "bad.npz", **arrays)
    assert_refused(tmp_path / "bad.npz", message)


@pytest.mark.parametrize(
    "content",
    [b"", b"images,masks\n1,2\n", pickle.dumps({"images": IMAGES}), b"\x93NUMPY"],
    ids=["empty", "text", "pickle", "npy header"],
)
def test_a_file_that_is_no_npz_is_refused(tmp_path, content):
    (tmp_path / "bad.npz").write_bytes(content)
    assert_refused(tmp_path / "bad.npz", "cannot be read as .npz")


@pytest.mark.parametrize("name", ["nowhere.npz", "."])
def test_a_missing_file_is_refused(tmp_path, name):
    with refused(f"No data file {re.escape(str(tmp_path / name))}"):
        load_array_set(tmp_path / name, n_classes=4)
