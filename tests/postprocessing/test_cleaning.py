"""Cleaned images: particles are filled, and nothing else changes, file formats included."""

import gzip

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.fits_io import read_frames, write_cleaned
from ccdseg.postprocessing import clean
from ccdseg.version import package_version
from tests.refusal import refused

SHAPE = (40, 50)
TRACK = np.s_[10:14, 20:33]
TINY = {"classes": COSMICS, "model": "tiny"}
RNG = np.random.default_rng(0)


def masked(shape=SHAPE, where=TRACK):
    mask = np.zeros(shape, np.uint8)
    mask[where] = 1
    return mask


def image(kind, level=1000):
    pixels = RNG.normal(level, 5, SHAPE)
    pixels[TRACK] += 400
    return pixels.astype(kind)


def scaled(blank):
    hdu = fits.ImageHDU(image(np.int16), name="A")
    hdu.header["BLANK"] = blank
    hdu.data[0, :3] = hdu.data[12, 25] = blank
    return hdu


def scaled_by_half(hdu):
    hdu.header["BSCALE"], hdu.header["BZERO"] = 0.5, 100.0
    return hdu


def with_nan(kind):
    pixels = image(kind)
    pixels[0, :3] = pixels[12, 25] = np.nan
    return pixels


IMAGES = {
    "uint8": lambda: fits.ImageHDU(image(np.float32, 60).clip(0, 255).astype(np.uint8)),
    "int16": lambda: fits.ImageHDU(image(np.int16)),
    "uint16": lambda: fits.ImageHDU(image(np.uint16, 40_000)),
    "int32": lambda: fits.ImageHDU(image(np.int32, 10**6)),
    "float32": lambda: fits.ImageHDU(with_nan(np.float32)),
    "float64": lambda: fits.ImageHDU(with_nan(np.float64)),
    "blank": lambda: scaled(-32768),
    "scaled": lambda: scaled_by_half(fits.ImageHDU(image(np.int16))),
    "compressed uint16": lambda: fits.CompImageHDU(image(np.uint16, 40_000)),
    "compressed int32": lambda: fits.CompImageHDU(image(np.int32)),
    "compressed float32": lambda: fits.CompImageHDU(image(np.float32)),
}


def values(path, index):
    """Pixels as they are stored, as their users see them, and the type of numbers in the file."""
    with fits.open(path, do_not_scale_image_data=True) as hdus:
        stored, kind = hdus[index].data.copy(), hdus[index].header["BITPIX"]
    with fits.open(path) as hdus:
        return stored, hdus[index].data.copy(), kind


@pytest.mark.parametrize("name", IMAGES)
def test_other_pixels_are_the_same_to_the_last_bit_in_every_type(tmp_path, name):
    source, cleaned = tmp_path / "a.fits", tmp_path / "b.fits"
    hdu = IMAGES[name]()
    hdu.name, hdu.header["OBJECT"] = "CCD", "dark"
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(source)
    write_cleaned(cleaned, [masked()], frames=read_frames(source), **TINY)
    (stored, seen, kind), (new_stored, new_seen, new_kind) = (
        values(path, 1) for path in (source, cleaned)
    )
    assert (new_kind, new_seen.dtype.kind) == (kind, seen.dtype.kind)
    outside = masked() == 0
    assert new_stored.astype(stored.dtype)[outside].tobytes() == stored[outside].tobytes()
    np.testing.assert_array_equal(new_seen[outside], seen[outside])
    np.testing.assert_array_equal(np.isnan(new_seen), np.isnan(seen))
    level, noise = np.nanmedian(seen[outside]), np.nanstd(seen[outside])
    assert np.nanmax(np.abs(new_seen[TRACK] - level)) < 4 * noise + 1
    with fits.open(cleaned, checksum=True) as hdus:
        header = hdus["CCD"].header
        assert not isinstance(hdus["CCD"], fits.CompImageHDU)
        assert (header["OBJECT"], header["SEGMODEL"]) == ("dark", "tiny")
        assert header["SEGVERS"] == package_version()
        assert header["NFILLED"] == 52 - np.isnan(seen[12, 25])
        assert "Pixels of class cosmic in the image filled by ccdseg" in "".join(header["HISTORY"])


def test_other_hdus_stay_in_their_places(tmp_path):
    table = fits.BinTableHDU.from_columns([fits.Column("T", "PE()", array=[[1.0], [2.0, 3.0]])])
    hdus = [fits.PrimaryHDU(image(np.float32)), table, fits.CompImageHDU(image(np.int16), name="B")]
    hdus += [fits.ImageHDU(image(np.float64), name="C"), fits.ImageHDU(np.ones((2, 3, 4)))]
    fits.HDUList(hdus).writeto(tmp_path / "a.fits", checksum=True)
    (tmp_path / "a.fits.gz").write_bytes(gzip.compress((tmp_path / "a.fits").read_bytes()))
    frames = read_frames(tmp_path / "a.fits.gz", hdu="C")
    write_cleaned(tmp_path / "b.fits", [masked()], frames=frames, **TINY)
    with (
        fits.open(tmp_path / "a.fits") as before,
        fits.open(tmp_path / "b.fits", checksum=True) as after,
    ):
        assert [type(hdu) for hdu in after] == [
            *(fits.PrimaryHDU, fits.BinTableHDU, fits.ImageHDU, fits.ImageHDU, fits.ImageHDU),
            fits.ImageHDU,
        ]
        changed = before["C"].data != after["C"].data
        np.testing.assert_array_equal(after["C_REPLACED"].data > 0, masked() > 0)
        assert not changed[masked() == 0].any()
        for index in (0, 2, 4):
            assert before[index].data.tolist() == after[index].data.tolist()
        assert list(map(list, before[1].data["T"])) == list(map(list, after[1].data["T"]))
        assert repr(before[0].header) == repr(after[0].header)
        assert not np.array_equal(before["C"].data, after["C"].data)


def test_of_a_section_only_its_own_pixels_change_and_serve(tmp_path):
    pixels = image(np.float32)
    pixels[:, 30:] = 9000
    fits.PrimaryHDU(pixels).writeto(tmp_path / "a.fits")
    frames = read_frames(tmp_path / "a.fits", section="[11:30,6:20]")
    mask = masked((15, 20), np.s_[5:9, 10:20])
    write_cleaned(tmp_path / "b.fits", [mask], frames=frames, **TINY)
    new = fits.getdata(tmp_path / "b.fits")
    changed = np.argwhere(new != pixels)
    assert changed.min(axis=0).tolist() == [10, 20]
    assert changed.max(axis=0).tolist() == [13, 29]
    assert new[10:14, 20:30].max() < 1020
    assert "in [11:30,6:20] filled" in str(fits.getheader(tmp_path / "b.fits")["HISTORY"])


@pytest.mark.parametrize("kind", ["ERR", "VAR"])
def test_errors_of_filled_pixels_are_raised_and_flagged_ones_stay(tmp_path, kind):
    pixels, errors = image(np.float32), np.full(SHAPE, 4.0, np.float32)
    errors[TRACK] = 1.0
    errors[10, 20], errors[11, 21] = 50.0, 4.0
    quality = np.zeros(SHAPE, np.uint8)
    quality[11, 21] = 1
    pixels[11, 21] = 30000
    stored = errors if kind == "ERR" else errors**2
    hdus = [fits.ImageHDU(pixels, name="SCI"), fits.ImageHDU(stored, name=kind)]
    hdus += [fits.ImageHDU(quality, name="DQ")]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "a.fits")
    write_cleaned(tmp_path / "b.fits", [masked()], frames=read_frames(tmp_path / "a.fits"), **TINY)
    with fits.open(tmp_path / "b.fits", checksum=True) as hdus:
        names = [hdu.name for hdu in hdus]
        new = hdus[kind].data if kind == "ERR" else hdus[kind].data ** 0.5
        replaced, cleaned = hdus["SCI_REPLACED"].data > 0, hdus["SCI"].data
        np.testing.assert_array_equal(hdus["DQ"].data, quality)
    assert names == ["PRIMARY", "SCI", kind, "DQ", "SCI_REPLACED"]
    expected = masked() > 0
    expected[11, 21] = False
    np.testing.assert_array_equal(replaced, expected)
    assert cleaned[11, 21] == 30000
    assert cleaned[replaced].max() < 1020
    np.testing.assert_array_equal(new[~replaced], errors[~replaced])
    assert new[10, 20] == 50
    rest = replaced.copy()
    rest[10, 20] = False
    np.testing.assert_allclose(new[rest], 4 * (1 + 1 / (4 * np.pi)) ** 0.5, rtol=1e-5)


def test_hot_pixels_do_not_serve_for_filling():
    pixels, mask = image(np.float32), np.zeros(SHAPE, np.uint8)
    pixels[:, 26] = 9000
    mask[TRACK], mask[:, 26] = CLASSES["cluster"].index, CLASSES["hot pixel"].index
    filled = clean(pixels, mask)
    assert filled[10:14, 20:26].max() < 1020
    np.testing.assert_array_equal(filled[:, 26], pixels[:, 26])


def test_what_cannot_be_cleaned_is_named(tmp_path):
    fits.PrimaryHDU(image(np.float32)).writeto(tmp_path / "a.fits")
    frames = read_frames(tmp_path / "a.fits")
    with refused("a.fits, HDU0: Every pixel is masked"):
        write_cleaned(tmp_path / "b.fits", [masked() | 1], frames=frames, **TINY)
    other = ClassCatalogue({"a": (0, 0, 0), "b": (1, 1, 1)})
    with refused(r"None of the classes a, b is one of particles \(cluster or cosmic\)"):
        write_cleaned(tmp_path / "b.fits", [masked()], frames=frames, classes=other, model="x")
    assert not (tmp_path / "b.fits").exists()
    (tmp_path / "b.fits").write_text("precious")
    with refused("b.fits exists already"):
        write_cleaned(tmp_path / "b.fits", [masked()], frames=frames, **TINY)
