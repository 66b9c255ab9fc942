"""Pixels read and written strip by strip: the same, with valid checksums."""

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.fits_io import read_frame
from ccdseg.fits_io.pixels import append_image

RNG = np.random.default_rng(6)
IMAGE = RNG.normal(1000, 50, (37, 53))


@pytest.fixture(autouse=True)
def in_strips(monkeypatch):
    monkeypatch.setattr("ccdseg.arrays.row_strips.PIXELS", 5 * 53)
    monkeypatch.setattr("ccdseg.arrays.scratch.IN_MEMORY", 0)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_what_is_appended_can_be_checked_and_read(tmp_path, kind):
    data = (IMAGE / 8).astype(kind)
    path = tmp_path / "a.fits"
    for hdu in (fits.PrimaryHDU(data), fits.ImageHDU(data.T.copy(), name="B")):
        append_image(path, hdu.header, hdu.data)
    with fits.open(path, checksum=True) as hdus:  # a warning, which fails, where one is wrong
        assert [hdu.verify_datasum() for hdu in hdus] == [1, 1]
        assert [hdu.verify_checksum() for hdu in hdus] == [1, 1]
        np.testing.assert_array_equal(hdus[0].data, data)
        np.testing.assert_array_equal(hdus["B"].data, data.T)


@pytest.mark.parametrize("tile", [(1, 53), (8, 10), (37, 53)])
def test_compressed_images_are_read_tile_by_tile(tmp_path, tile):
    data = IMAGE.astype(np.uint16)
    hdu = fits.CompImageHDU(data, tile_shape=tile)
    hdu.writeto(tmp_path / "a.fits.fz")
    frame = read_frame(tmp_path / "a.fits.fz")
    np.testing.assert_array_equal(frame.data, data)
    assert frame.data.dtype == np.float32


def test_a_section_of_a_gzipped_image_is_read(tmp_path):
    fits.PrimaryHDU(IMAGE.astype(">f4")).writeto(tmp_path / "a.fits.gz")
    frame = read_frame(tmp_path / "a.fits.gz", section="[4:40,3:30]")
    np.testing.assert_array_equal(frame.data, IMAGE[2:30, 3:40].astype(np.float32))
