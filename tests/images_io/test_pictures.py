"""Pictures on disk: what is stored is what is read, and what is read is what is written."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.images_io import (
    first_channel,
    is_picture,
    read_picture,
    write_mask_png,
    write_picture,
    write_png,
)
from ccdseg.images_io.folders import read_image, read_mask
from tests.refusal import refused

RNG = np.random.default_rng(0)
SHAPE = (20, 30)


def pixels_of(kind, *channels):
    return RNG.integers(0, np.iinfo(kind).max, (*SHAPE, *channels), dtype=kind, endpoint=True)


def save(path, pixels):
    """Write by other means than those under test."""
    if path.suffix != ".png":
        colour = pixels.ndim == 3 and pixels.shape[2] > 2
        tifffile.imwrite(path, pixels, photometric="rgb" if colour else "minisblack")
    elif pixels.dtype == np.uint16 and pixels.ndim == 3:
        cv2.imwrite(str(path), pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])
    else:
        Image.fromarray(pixels).save(path)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF"])
@pytest.mark.parametrize("channels", [(), (3,), (4,)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_every_bit_of_every_channel_is_read_and_written_back(tmp_path, suffix, channels, kind):
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    pixels = pixels_of(kind, *channels)
    save(first, pixels)
    assert is_picture(first)
    read = read_picture(first)
    assert read.dtype == kind
    np.testing.assert_array_equal(read, pixels)
    read.flat[7] ^= 1
    write_picture(second, read, like=first, note="changed")
    again = read_picture(second)
    assert (again.dtype, again.shape) == (kind, pixels.shape)
    np.testing.assert_array_equal(again, read)
    np.testing.assert_array_equal(read_image(second), first_channel(read))


def test_floats_of_a_tiff_are_kept_with_their_nan(tmp_path):
    pixels = RNG.normal(size=SHAPE).astype(np.float32)
    pixels[2, 3] = np.nan
    save(tmp_path / "a.tif", pixels)
    write_picture(tmp_path / "b.tif", pixels, like=tmp_path / "a.tif", note="")
    assert read_picture(tmp_path / "b.tif").tobytes() == pixels.tobytes()


def test_a_tiff_of_white_zeros_stays_one(tmp_path):
    pixels = pixels_of(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="miniswhite")
    write_picture(tmp_path / "b.tif", pixels, like=tmp_path / "a.tif", note="σ")
    with tifffile.TiffFile(tmp_path / "b.tif") as tiff:
        assert tiff.pages.first.photometric.name == "MINISWHITE"
        assert tiff.pages.first.description == "σ"
    np.testing.assert_array_equal(read_picture(tmp_path / "b.tif"), pixels)


def test_tiffs_of_other_programs_are_read(tmp_path):
    grey, colour = pixels_of(np.uint16), pixels_of(np.uint16, 3)
    Image.fromarray(grey).save(tmp_path / "lzw.tif", compression="tiff_lzw")
    tifffile.imwrite(tmp_path / "big.tif", grey, byteorder=">")
    planes = np.moveaxis(colour, -1, 0)
    tifffile.imwrite(tmp_path / "planes.tif", planes, photometric="rgb", planarconfig="separate")
    for name, pixels in {"lzw": grey, "big": grey, "planes": colour}.items():
        read = read_picture(tmp_path / f"{name}.tif")
        assert read.dtype == np.uint16
        np.testing.assert_array_equal(read, pixels)


def write_cut(path):
    save(path, pixels_of(np.uint16, 3))
    path.write_bytes(path.read_bytes()[:200])


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("a.png", lambda path: path.write_text("text"), "a.png cannot be read as an image"),
        ("a.tif", lambda path: path.write_text("text"), "a.tif cannot be read as an image"),
        ("a.png", write_cut, "a.png cannot be read as an image"),
        ("a.png", lambda _: None, "No such file: .*a.png"),
        (
            "a.tif",
            lambda path: tifffile.imwrite(path, np.zeros((3, 8, 9)), photometric="minisblack"),
            r"a.tif has the shape \(3, 8, 9\); give one image",
        ),
    ],
)
def test_what_is_no_picture_is_named(tmp_path, name, spoil, message):
    spoil(tmp_path / name)
    with refused(message):
        read_picture(tmp_path / name)


def test_pictures_that_would_change_are_not_written_back(tmp_path):
    palette = Image.fromarray(pixels_of(np.uint8) % 4)
    palette.putpalette(list(range(12)))
    palette.save(tmp_path / "a.png")
    Image.fromarray(pixels_of(np.uint8) > 99).save(tmp_path / "b.png")
    for name, kind in {"a": "kind 'palette'", "b": "1 bit and kind 'grey'"}.items():
        path = tmp_path / f"{name}.png"
        with refused(f"{name}.png is a picture of .*{kind}, which cannot be written back"):
            write_picture(tmp_path / "new.png", read_picture(path), like=path, note="")
    assert not (tmp_path / "new.png").exists()


def test_a_mask_of_two_classes_is_black_and_white_and_read_back(tmp_path):
    mask = (pixels_of(np.uint8) > 200).astype(np.uint8)
    write_mask_png(tmp_path / "a.png", mask, classes=COSMICS, note="by a model")
    np.testing.assert_array_equal(read_mask(tmp_path / "a.png"), mask)
    with Image.open(tmp_path / "a.png") as picture:
        assert (picture.mode, picture.getextrema()) == ("L", (0, 255))
        assert picture.text == {"Software": "by a model"}


def test_a_mask_of_more_classes_holds_indices_and_shows_colours(tmp_path):
    mask = pixels_of(np.uint8) % 4
    write_mask_png(tmp_path / "a.png", mask, classes=CLASSES)
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), mask)
        shown = np.asarray(picture.convert("RGB")) / 255
    np.testing.assert_allclose(shown, CLASSES.colours[mask], atol=1 / 255)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_png_keeps_every_value(tmp_path, kind):
    pixels = pixels_of(kind)
    write_png(tmp_path / "new" / "a.png", pixels)
    np.testing.assert_array_equal(read_picture(tmp_path / "new" / "a.png"), pixels)
    with refused("type float32 cannot be written as PNG"):
        write_png(tmp_path / "b.png", pixels.astype(np.float32))


def test_a_picture_is_replaced_only_when_asked(tmp_path):
    path, pixels = tmp_path / "a.png", pixels_of(np.uint8)
    save(tmp_path / "like.png", pixels)
    mask = pixels % 4
    writers = (
        lambda **choice: write_png(path, pixels, **choice),
        lambda **choice: write_picture(path, pixels, like=tmp_path / "like.png", **choice),
        lambda **choice: write_mask_png(path, mask, classes=CLASSES, **choice),
        lambda **choice: write_mask_png(path, mask % 2, classes=COSMICS, **choice),
    )
    for write in writers:
        path.write_text("precious")
        with refused("a.png exists already"):
            write()
        assert path.read_text() == "precious"
        write(overwrite=True)
        assert read_picture(path).shape[:2] == SHAPE
