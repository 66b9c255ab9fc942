"""Folders looked through before a training."""

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from ccdseg.images_io import read_header
from ccdseg.images_io.folders import check_folders, find_parts
from tests.refusal import refused

IMAGE = np.random.default_rng(0).integers(0, 65536, (20, 30), dtype=np.uint16)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def data(tmp_path):
    for part, names in {"Train": ("a.png", "b.tif"), "Test": ("c.png",)}.items():
        for name in names:
            save(tmp_path / part / name, IMAGE)
            save(tmp_path / f"{part}Annotation" / name, (IMAGE > 60000).astype(np.uint8))
    return tmp_path


def check(folder):
    return check_folders(find_parts(folder).values(), progress=False)


def test_the_largest_sides_are_found(data):
    assert check(data) == (20, 30)
    save(data / "Test" / "c.png", IMAGE.T)
    save(data / "TestAnnotation" / "c.png", np.zeros((30, 20), np.uint8))
    assert check(data) == (30, 30)


@pytest.mark.parametrize("name", ["a.png", "b.tif"])
def test_the_header_tells_size_and_depth(data, name):
    assert read_header(data / "Train" / name) == ((20, 30), "16 bit")
    assert read_header(data / "TrainAnnotation" / name) == ((20, 30), "8 bit")


@pytest.mark.parametrize("name", ["a.fits", "a.FTS", "a.fit.gz", "a.fits.fz", "a.png.fits"])
def test_a_fits_frame_has_a_size_and_no_depth(tmp_path, name):
    compressed = name.endswith(".fz")
    hdu = (fits.CompImageHDU if compressed else fits.ImageHDU)(IMAGE.astype(np.int32))
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / name)
    assert read_header(tmp_path / name) == ((20, 30), "FITS")


def test_no_pixels_are_read_for_a_size(tmp_path):
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(IMAGE).writeto(path)
    path.write_bytes(path.read_bytes()[:2880])
    assert read_header(path).shape == (20, 30)


@pytest.mark.parametrize("name", ["x.fitted.png", "x.fits.tif"])
def test_a_picture_is_told_by_the_end_of_its_name(tmp_path, name):
    save(tmp_path / name, IMAGE)
    assert read_header(tmp_path / name) == ((20, 30), "16 bit")


@pytest.mark.parametrize(
    ("hdu", "message"),
    [
        (fits.PrimaryHDU(IMAGE[None].astype(np.float32)), "a.fits: the data have 3 dimensions"),
        (fits.PrimaryHDU(), "a.fits holds no image HDU"),
    ],
)
def test_a_fits_file_without_a_plane_has_no_size(tmp_path, hdu, message):
    hdu.writeto(tmp_path / "a.fits")
    with refused(message):
        read_header(tmp_path / "a.fits")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda p: save(p / "Test/c.png", IMAGE.astype(np.uint8)),
            "Test/c.png is of 8 bit and .*Train/a.png of 16 bit",
        ),
        (
            lambda p: save(p / "TestAnnotation/c.png", np.zeros((20, 31), np.uint8)),
            "TestAnnotation/c.png has 20×31 pixels and .*Test/c.png 20×30",
        ),
        (
            lambda p: (p / "Train/a.png").write_text("no picture"),
            r"Train/a.png cannot be read as an image \(it does not begin as a PNG does\)",
        ),
        (lambda p: (p / "Train/b.tif").write_bytes(b""), "Train/b.tif cannot be read as an image"),
    ],
)
def test_the_first_fault_is_named(data, spoil, message):
    spoil(data)
    with refused(message):
        check(data)
