"""Folders of images and masks."""

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from ccdseg.images_io.folders import ImageFolder, find_parts, read_image, read_mask
from tests.refusal import refused

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 65536, (20, 30), dtype=np.uint16)
MASK = (RNG.random((20, 30)) < 0.1).astype(np.uint8)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    if ".fits" in path.name:
        fits.PrimaryHDU(pixels).writeto(path)
    else:
        Image.fromarray(pixels).save(path)


@pytest.fixture
def data(tmp_path):
    """A data set of three training images and one to test, of several formats."""
    for part, names in {"Train": ("a.png", "b.tif", "c.fits"), "Test": ("a.png",)}.items():
        for number, name in enumerate(names):
            save(tmp_path / part / name, IMAGE + np.uint16(number))
            save(tmp_path / f"{part}Annotation" / name.replace("fits", "png"), MASK * 255)
    (tmp_path / "Train" / "notes.txt").write_text("")
    return tmp_path


def test_images_and_masks_are_matched_by_name_and_read_when_asked_for(data):
    parts = find_parts(data)
    assert list(parts) == ["Train", "Test"]
    train = parts["Train"]
    assert [path.name for path in train.images] == ["a.png", "b.tif", "c.fits"]
    assert len(train) == 3
    for number, (image, mask) in enumerate(train):
        np.testing.assert_array_equal(image, (IMAGE + np.uint16(number)).astype(np.float32))
        np.testing.assert_array_equal(mask, MASK)
        assert (image.dtype, mask.dtype) == (np.float32, np.uint8)
    (data / "Train" / "b.tif").write_text("no picture")
    assert train[0][0].shape == (20, 30)
    with refused("b.tif cannot be read as an image"):
        train[1]


def test_images_without_masks_are_listed_alone(data):
    folder = ImageFolder.open(data / "Train")
    assert folder.masks is None
    assert folder[0][1] is None


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (IMAGE, IMAGE),
        ((IMAGE // 256).astype(np.uint8), IMAGE // 256),
        (np.stack([(IMAGE // 256).astype(np.uint8)] * 3, axis=-1), IMAGE // 256),
    ],
    ids=["16 bit", "8 bit", "three channels"],
)
def test_the_first_channel_of_any_depth_is_read(tmp_path, pixels, expected):
    save(tmp_path / "a.png", pixels)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), expected.astype(np.float32))


def test_colour_pictures_of_16_bit_keep_their_depth(tmp_path):
    import cv2

    colours = RNG.integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), colours[..., ::-1])
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), colours[..., 0])


def test_the_last_images_are_split_off(data):
    first, last = find_parts(data)["Train"].split(0.3)
    assert [path.name for path in first.images] == ["a.png", "b.tif"]
    assert [path.name for path in last.images] == ["c.fits"]
    assert [path.name for path in last.masks] == ["c.png"]
    with refused("1 image left to split"):
        last.split(0.5)


@pytest.mark.parametrize("high", [1, 255])
def test_a_mask_may_hold_one_or_the_highest_value(tmp_path, high):
    save(tmp_path / "a.png", MASK * np.uint8(high))
    np.testing.assert_array_equal(read_mask(tmp_path / "a.png"), MASK)
    save(tmp_path / "b.png", MASK * np.uint8(0))
    assert not read_mask(tmp_path / "b.png").any()


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (MASK * 2, r"holds 2 values \(0, 2\)"),
        (np.arange(256, dtype=np.uint8).reshape(16, 16), r"256 values \(0, 1, 2, 3, 4, …\)"),
        (MASK + 1, r"values \(1, 2\)"),
    ],
)
def test_a_mask_of_other_values_is_refused(tmp_path, pixels, message):
    save(tmp_path / "a.png", pixels.astype(np.uint8))
    with refused(f"a.png is no mask of two classes.*{message}"):
        read_mask(tmp_path / "a.png")


def test_a_mask_of_another_size_is_refused(data):
    save(data / "TrainAnnotation" / "a.png", MASK[:10] * 255)
    with refused("TrainAnnotation/a.png has 10×30 pixels and .*Train/a.png 20×30"):
        find_parts(data)["Train"][0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: (p / "TrainAnnotation/b.tif").unlink(), "Train/b.tif has no mask of its name"),
        (lambda p: (p / "Train/b.tif").unlink(), "TrainAnnotation/b.tif has no image of its name"),
        (lambda p: save(p / "Train/a.tiff", IMAGE), "a.png and .*a.tiff have the same name"),
        (lambda p: (p / "TestAnnotation").rename(p / "x"), "Test has no partner: .* is missing"),
        (lambda p: (p / "TestAnnotation/a.png").unlink(), "TestAnnotation holds no image"),
    ],
)
def test_what_is_missing_or_doubled_is_named(data, spoil, message):
    spoil(data)
    with refused(message):
        find_parts(data)


def test_a_folder_without_parts_is_refused(tmp_path):
    with refused("holds no images; it must hold the folders Train and TrainAnnotation, "):
        find_parts(tmp_path)
    with refused("No such folder"):
        find_parts(tmp_path / "nothing")


def test_an_image_of_any_numbers_is_read(tmp_path):
    save(tmp_path / "a.tif", IMAGE.astype(np.int32))
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), IMAGE)
