"""Folders looked through before a training."""

import numpy as np
import pytest
from PIL import Image

from ccdseg.images_io.checks import check_folders, read_head
from ccdseg.images_io.folders import find_parts
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
def test_the_head_tells_size_and_depth(data, name):
    assert read_head(data / "Train" / name) == ((20, 30), "16 bit")
    assert read_head(data / "TrainAnnotation" / name) == ((20, 30), "8 bit")


def test_a_fits_frame_has_a_size_and_no_depth(single_fits):
    assert read_head(single_fits) == ((64, 50), "FITS")


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
