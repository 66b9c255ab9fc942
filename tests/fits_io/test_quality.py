"""Data quality and errors that come with an image: in its file, and in a file of their own."""

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.nddata import CCDData, StdDevUncertainty, VarianceUncertainty

from ccdseg.fits_io import BadPixelMaps, read_frame, read_frames
from ccdseg.fits_io.dq_bits import bad_pixels_of, names_of, parse_bits
from ccdseg.images_io import read_images
from tests.refusal import refused

SHAPE = (20, 30)


@pytest.fixture
def image():
    return np.random.default_rng(1).normal(100, 5, SHAPE).astype(np.float32)


@pytest.fixture
def quality():
    """Bits 4 at one pixel, 16 at another, both at a third."""
    values = np.zeros(SHAPE, np.uint16)
    values[2, 3], values[5, 6], values[7, 8] = 4, 16, 20
    return values


def write(path, *hdus):
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path


def places(flagged):
    return {tuple(map(int, place)) for place in np.argwhere(flagged)}


@pytest.fixture
def exposure(tmp_path, image, quality):
    """Two exposures of one file, each with its ERR and DQ, by EXTVER."""
    hdus = []
    for version in (1, 2):
        hdus += [
            fits.ImageHDU(image + version, name="SCI", ver=version),
            fits.ImageHDU(np.full(SHAPE, version, np.float32), name="ERR", ver=version),
            fits.ImageHDU(np.roll(quality, version, axis=1), name="DQ", ver=version),
        ]
        hdus[-1].header["DQBIT2"], hdus[-1].header["DQBIT4"] = "HOT", "DEAD"
    return write(tmp_path / "exposure.fits", *hdus)


def test_quality_and_errors_of_each_image_are_those_of_its_version(exposure, quality, image):
    frames = read_frames(exposure)
    assert [frame.label for frame in frames] == ["SCI", "SCI"]
    for version, frame in enumerate(frames, start=1):
        bad = np.roll(quality, version, axis=1) > 0
        np.testing.assert_array_equal(frame.flagged, bad)
        np.testing.assert_array_equal(np.isnan(frame.data), bad)
        np.testing.assert_array_equal(frame.data[~bad], (image + version)[~bad])
        assert frame.uncertainty.dtype == np.float32
        assert np.all(frame.uncertainty == version)
        assert (frame.n_flagged, frame.n_bad) == (3, 3)


@pytest.mark.parametrize(
    ("bits", "bad"),
    [
        ("all", {(2, 4), (5, 7), (7, 9)}),
        ("4", {(2, 4), (7, 9)}),
        (16, {(5, 7), (7, 9)}),
        ("~4", {(5, 7), (7, 9)}),
        ("DEAD", {(5, 7), (7, 9)}),
        ("hot, DEAD", {(2, 4), (5, 7), (7, 9)}),
        ("8", set()),
        ("none", set()),
    ],
)
def test_the_bits_that_count_are_told_by_number_or_name(exposure, bits, bad):
    assert places(read_frame(exposure, dq_bits=bits).flagged) == bad


@pytest.mark.parametrize(
    ("bits", "message"),
    [
        ("COLD", r"exposure.fits, DQ: .*'COLD' hold an unknown name; .* HOT \(4\), DEAD \(16\)"),
        ("4,,8", "'4,,8' are malformed"),
        ("4+13", "'4[+]13' cannot be used"),
        ("", "'' are malformed"),
    ],
)
def test_bits_that_do_not_exist_are_refused(exposure, bits, message):
    with refused(message):
        read_frame(exposure, dq_bits=bits)


def test_a_section_takes_its_part_of_quality_and_errors(exposure):
    whole, part = read_frame(exposure), read_frame(exposure, section="[3:12,2:9]")
    np.testing.assert_array_equal(part.flagged, whole.flagged[1:9, 2:12])
    assert part.uncertainty.shape == part.data.shape == (8, 10)


def test_planes_are_found_by_the_name_of_their_image(tmp_path, image, quality):
    path = write(
        tmp_path / "a.fits",
        fits.ImageHDU(image, name="CCD_B"),
        fits.ImageHDU(image, name="CCD_C"),
        fits.ImageHDU(quality, name="CCD_B_DQ"),
        fits.ImageHDU(np.full(SHAPE, 9.0), name="CCD_B_VAR"),
    )
    first, second = read_frames(path)
    assert first.n_flagged == 3
    assert np.all(first.uncertainty == 3)
    assert (second.flagged, second.uncertainty) == (None, None)


@pytest.mark.parametrize("kind", [StdDevUncertainty, VarianceUncertainty])
def test_what_ccddata_writes_is_read(tmp_path, image, quality, kind):
    values = np.full(SHAPE, 2.0)
    CCDData(image, unit="adu", mask=quality > 0, uncertainty=kind(values**2 / 2)).write(
        tmp_path / "ccd.fits"
    )
    (frame,) = read_frames(tmp_path / "ccd.fits")
    np.testing.assert_array_equal(frame.flagged, quality > 0)
    expected = 2.0 if kind is StdDevUncertainty else 2**0.5
    np.testing.assert_allclose(frame.uncertainty, expected)
    assert u.Unit(frame.header["BUNIT"]) == u.adu


def test_a_file_of_planes_alone_is_segmented_as_it_is(tmp_path, image):
    (frame,) = read_frames(write(tmp_path / "m.fits", fits.ImageHDU(image, name="MASK")))
    assert frame.label == "MASK"


def test_a_plane_of_another_shape_belongs_to_no_image(tmp_path, image):
    path = write(
        tmp_path / "b.fits", fits.ImageHDU(image, name="SCI"), fits.ImageHDU(image[:5], name="DQ")
    )
    (frame,) = read_frames(path, hdu="SCI")
    assert frame.flagged is None


def test_names_of_other_pipelines_are_known():
    header = fits.Header({"MP_SAT": 1, "MP_BAD": 0, "MP_TEXT": "x"})
    assert names_of(header) == {"SAT": 2, "BAD": 1}
    columns = [
        fits.Column("NAME", "20A", array=["DO_NOT_USE", "SATURATED"]),
        fits.Column("VALUE", "J", array=[1, 2]),
    ]
    table = fits.BinTableHDU.from_columns(columns).data
    assert names_of(fits.Header(), table) == {"DO_NOT_USE": 1, "SATURATED": 2}
    assert parse_bits("SAT", names_of(header)) == 2


def test_quality_in_other_types_of_numbers():
    values = np.array([[0, 4, np.nan, 6]], dtype=np.float64)
    assert bad_pixels_of(values, -1).tolist() == [[False, True, True, True]]
    assert bad_pixels_of(values, 2).tolist() == [[False, False, True, True]]
    top = np.array([[0, 2**31]], dtype=np.uint32)
    assert bad_pixels_of(top, 2**31).tolist() == [[False, True]]
    assert bad_pixels_of(np.array([[-1, 0]], dtype=np.int16), 8).tolist() == [[True, False]]


def test_bad_pixels_of_a_file_of_their_own(tmp_path, image, quality):
    frames = write(
        tmp_path / "f.fits", fits.ImageHDU(image, name="A"), fits.ImageHDU(image, name="B")
    )
    path = write(
        tmp_path / "bad.fits",
        fits.ImageHDU(quality, name="B_DQ"),
        fits.ImageHDU((quality == 16).astype(np.uint8), name="A"),
    )
    maps = BadPixelMaps.read(path, bits="~4")
    first, second = read_images(frames, bad_pixels=maps)
    assert places(first.flagged) == {(5, 6)}
    assert places(second.flagged) == {(5, 6), (7, 8)}
    (part,) = read_images(frames, hdu="B", section="[5:30,6:20]", bad_pixels=maps)
    assert places(part.flagged) == {(0, 2), (2, 4)}


def test_the_only_map_serves_every_image(tmp_path, image, quality):
    path = tmp_path / "f.fits"
    fits.PrimaryHDU(image).writeto(path)
    fits.PrimaryHDU(quality).writeto(tmp_path / "bad.fits")
    (frame,) = read_images(path, bad_pixels=BadPixelMaps.read(tmp_path / "bad.fits"))
    assert frame.n_flagged == 3


def test_maps_that_do_not_fit_are_refused(tmp_path, image, quality):
    frames = write(tmp_path / "f.fits", fits.ImageHDU(image, name="A"))
    other = write(
        tmp_path / "o.fits", fits.ImageHDU(quality, name="B"), fits.ImageHDU(quality, name="C")
    )
    with refused("o.fits has no map of bad pixels for .*f.fits, A; its maps are of B, C"):
        read_images(frames, bad_pixels=BadPixelMaps.read(other))
    small = write(tmp_path / "s.fits", fits.ImageHDU(quality[:5], name="A"))
    with refused(r"s.fits: the map of bad pixels has the shape \(5, 30\), which does not fit"):
        read_images(frames, bad_pixels=BadPixelMaps.read(small))
    every = write(tmp_path / "e.fits", fits.ImageHDU(np.ones(SHAPE, np.uint8), name="A"))
    with refused("f.fits, A: every pixel is flagged as bad"):
        read_images(frames, bad_pixels=BadPixelMaps.read(every))
    twice = write(
        tmp_path / "t.fits", fits.ImageHDU(quality, name="A"), fits.ImageHDU(quality, name="A_DQ")
    )
    with refused("t.fits holds two maps of bad pixels 'A'"):
        BadPixelMaps.read(twice)
