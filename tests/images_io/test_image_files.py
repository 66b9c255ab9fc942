"""Files of images of either kind: their names, and how they become frames."""

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from ccdseg.images_io import image_files_in, read_images, stem
from tests.refusal import refused

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.fits.fz", "a"), ("a.b.FITS", "a.b"), ("a.tiff", "a"), ("a.PNG", "a"), ("a.new", "a")],
)
def test_stems_lack_the_suffixes_of_images(tmp_path, name, expected):
    assert stem(tmp_path / name) == expected


def test_a_folder_lists_images_of_both_kinds(tmp_path):
    for name in ("b.png", "a.fits.gz", "c.TIF", ".hidden.png", "notes.txt", "d.jpg"):
        (tmp_path / name).touch()
    assert [path.name for path in image_files_in(tmp_path)] == ["a.fits.gz", "b.png", "c.TIF"]


@pytest.mark.parametrize(
    ("name", "pixels", "saturation"),
    [("a.png", PIXELS, 255), ("a.tif", PIXELS * np.uint16(256), 65535)],
)
def test_a_picture_is_one_frame(tmp_path, name, pixels, saturation):
    Image.fromarray(pixels).save(tmp_path / name)
    (frame,) = read_images(tmp_path / name)
    np.testing.assert_array_equal(frame.data, pixels)
    assert (frame.data.dtype, frame.label, frame.top_first) == (np.float32, "picture", True)
    assert (frame.saturation, frame.n_bad, len(frame.header)) == (saturation, 0, 0)


def test_a_section_of_a_picture_counts_from_the_upper_left(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    (frame,) = read_images(tmp_path / "a.png", section="[3:7,2:4]")
    np.testing.assert_array_equal(frame.data, PIXELS[1:4, 2:7])
    assert frame.origin == (1, 2)
    (half,) = read_images(tmp_path / "a.png", half="right")
    np.testing.assert_array_equal(half.data, PIXELS[:, 15:])


def test_a_fits_file_of_any_name_is_read_with_all_its_images(tmp_path):
    hdus = [fits.PrimaryHDU(PIXELS), fits.ImageHDU(PIXELS, name="B")]
    fits.HDUList(hdus).writeto(tmp_path / "a.new")
    assert [frame.label for frame in read_images(tmp_path / "a.new")] == ["HDU0", "B"]
    assert not read_images(tmp_path / "a.new")[0].top_first


def test_what_is_no_image_is_named(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    Image.fromarray(PIXELS).save(tmp_path / "a.jpg")
    with refused("a.png is a picture, which has no HDU 'SCI'; leave --hdu away"):
        read_images(tmp_path / "a.png", hdu="SCI")
    with refused(r"a.jpg is of an unsupported type; give one of \.fits, .*\.png, .*\.h5"):
        read_images(tmp_path / "a.jpg")
    with refused("No such file: .*b.jpg"):
        read_images(tmp_path / "b.jpg")
    nothing = np.full((4, 5), np.nan, np.float32)
    Image.fromarray(nothing).save(tmp_path / "nan.tif")
    with refused("nan.tif, picture: no pixel is finite"):
        read_images(tmp_path / "nan.tif")
