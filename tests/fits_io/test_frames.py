"""FITS frames in, masks out."""

import gzip
import re
import warnings
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.classes import CLASSES
from ccdseg.fits_io import parse_section, read_frame, read_frames, write_frame, write_masks
from ccdseg.version import package_version
from tests.refusal import refused

SHAPE = (12, 17)
IMAGE = np.random.default_rng(5).normal(8800, 20, SHAPE).astype(np.float32)
RAW = np.random.default_rng(6).integers(0, 65536, SHAPE).astype(np.uint16)


def save(path, *hdus):
    fits.HDUList(list(hdus)).writeto(path)
    return path


def table():
    return fits.BinTableHDU.from_columns([fits.Column("x", "E", array=[1.0, 2.0])])


def written_by_hand(path, cards, data=b""):
    """Write what astropy would refuse to write."""
    header = "".join(card.ljust(80) for card in [*cards, "END"])
    padded = header.ljust(-(-len(header) // 2880) * 2880).encode() + data
    path.write_bytes(padded + bytes(-len(padded) % 2880))
    return path


@pytest.fixture
def multi(tmp_path):
    named = fits.ImageHDU(IMAGE + 1, name="CCD_B")
    return save(
        tmp_path / "multi.fits",
        fits.PrimaryHDU(header=fits.Header({"TELESCOP": "LSM"})),
        named,
        table(),
        fits.ImageHDU(IMAGE + 2),
        fits.CompImageHDU(IMAGE + 3, name="ccd_d", quantize_level=0, compression_type="GZIP_1"),
    )


def test_a_primary_image_is_read_as_float32(tmp_path):
    frame = read_frame(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)))
    np.testing.assert_array_equal(frame.data, IMAGE)
    assert frame.data.dtype == np.float32
    assert frame.data.dtype.isnative
    assert (frame.hdu_index, frame.hdu_name, frame.label) == (0, "", "HDU0")
    assert (frame.section, frame.section_text, frame.n_bad) == (None, None, 0)


def test_all_image_hdus_are_read_in_order(multi):
    frames = read_frames(multi)
    assert [(frame.hdu_index, frame.label) for frame in frames] == [
        (1, "CCD_B"),
        (3, "HDU3"),
        (4, "CCD_D"),
    ]
    for frame, shift in zip(frames, (1, 2, 3), strict=True):
        np.testing.assert_array_equal(frame.data, IMAGE + np.float32(shift))
        assert frame.primary_header["TELESCOP"] == "LSM"


@pytest.mark.parametrize(
    ("hdu", "shift"),
    [
        (None, 1),
        ("CCD_B", 1),
        ("ccd_b", 1),
        (" CCD_B  ", 1),
        ("CCD_D", 3),
        (1, 1),
        ("1", 1),
        (3, 2),
        ("4", 3),
    ],
)
def test_an_hdu_is_found_by_name_and_index(multi, hdu, shift):
    np.testing.assert_array_equal(read_frame(multi, hdu=hdu).data, IMAGE + np.float32(shift))


@pytest.mark.parametrize(("value", "name"), [("'CCD_A     '", "CCD_A"), (f"{3:20d}", "3")])
def test_a_name_counts_without_trailing_blanks_and_may_be_a_number(tmp_path, value, name):
    cards = [
        "SIMPLE  =                    T",
        "BITPIX  =                   16",
        "NAXIS   =                    2",
        "NAXIS1  =                    2",
        "NAXIS2  =                    1",
        f"EXTNAME = {value}",
    ]
    path = written_by_hand(tmp_path / "a.fits", cards, np.array([1, 2], ">i2").tobytes())
    frame = read_frame(path, hdu=name.lower())
    assert (frame.hdu_name, frame.label) == (name, name)
    assert frame.data.tolist() == [[1, 2]]


@pytest.mark.parametrize("suffix", ["fits", "fits.gz", "fit", "FITS"])
def test_a_file_is_read_whatever_its_suffix(tmp_path, suffix):
    path = save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE))
    content = path.read_bytes()
    path = tmp_path / f"b.{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    np.testing.assert_array_equal(read_frame(path).data, IMAGE)


def test_a_compressed_image_is_read_from_fz(tmp_path):
    hdu = fits.CompImageHDU(RAW, name="CCD")
    frame = read_frame(save(tmp_path / "a.fits.fz", fits.PrimaryHDU(), hdu))
    np.testing.assert_array_equal(frame.data, RAW)
    assert frame.label == "CCD"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.float64])
def test_every_type_of_pixel_is_read(tmp_path, dtype):
    data = (RAW % 200).astype(dtype)
    frame = read_frame(save(tmp_path / "a.fits", fits.PrimaryHDU(data)))
    np.testing.assert_array_equal(frame.data, data)
    assert frame.data.dtype == np.float32


@pytest.mark.parametrize(("zero", "scale"), [(None, None), (32768, 1), (-100, 0.5), (1000, 3)])
def test_scaled_integers_are_scaled_and_blank_ones_become_nan(tmp_path, zero, scale):
    stored = np.array([[-32768, -5, 0], [7, 99, 32767]], ">i2")
    cards = [
        "SIMPLE  =                    T",
        "BITPIX  =                   16",
        "NAXIS   =                    2",
        "NAXIS1  =                    3",
        "NAXIS2  =                    2",
        "BLANK   =                   99",
    ]
    if zero is not None:
        cards += [f"BZERO   = {zero:20.1f}", f"BSCALE  = {scale:20.1f}"]
    frame = read_frame(written_by_hand(tmp_path / "a.fits", cards, stored.tobytes()))
    expected = stored.astype(float) * (scale or 1) + (zero or 0)
    expected[1, 1] = np.nan
    np.testing.assert_array_equal(frame.data, expected.astype(np.float32))
    assert frame.n_bad == 1


def test_nan_and_infinite_pixels_are_counted(tmp_path):
    data = IMAGE.copy()
    data[0, :3] = np.nan, np.inf, -np.inf
    assert read_frame(save(tmp_path / "a.fits", fits.PrimaryHDU(data))).n_bad == 3


def test_the_halves_of_an_odd_frame_lose_no_column(tmp_path):
    path = save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE))
    left, right = (read_frame(path, half=half) for half in ("left", "right"))
    np.testing.assert_array_equal(np.hstack([left.data, right.data]), IMAGE)
    assert (left.section_text, right.section_text) == ("[1:8,1:12]", "[9:17,1:12]")


@pytest.mark.parametrize(
    ("section", "part"),
    [
        ("[1:17,1:12]", np.s_[:, :]),
        ("[3:5,2:9]", np.s_[1:9, 2:5]),
        ("[17:17,12:12]", np.s_[11:12, 16:17]),
        (" [ 1 : 2 , 3:4 ] ", np.s_[2:4, 0:2]),
    ],
)
def test_a_section_counts_columns_and_rows_from_one_ends_included(tmp_path, section, part):
    frame = read_frame(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)), section=section)
    np.testing.assert_array_equal(frame.data, IMAGE[part])
    assert frame.section_text == section.replace(" ", "")


@pytest.mark.parametrize(
    "section",
    ["", "1:2,3:4", "[1:2]", "[:,:]", "[*,1:2]", "[a:b,1:2]", "[-1:2,1:2]", "[1:2,1:2][1:2,1:2]"],
)
def test_a_malformed_section_is_refused_with_an_example(section):
    with refused(re.escape(f"{section!r} is malformed; write it like '[1:256,1:512]'")):
        parse_section(section, SHAPE)


@pytest.mark.parametrize("section", ["[0:2,1:2]", "[1:18,1:2]", "[1:2,1:13]", "[5:4,1:2]"])
def test_a_section_outside_the_frame_is_refused_with_the_limits(tmp_path, section):
    path = save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE))
    with refused(re.escape(f"{path}, HDU0: Section {section} does not lie in the frame")) as error:
        read_frame(path, section=section)
    assert "[1:17,1:12]" in str(error.value)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"half": "upper"}, "'upper' of 17 columns; give 'left' or 'right'"),
        ({"half": "left", "section": "[1:2,1:2]"}, "a section or a half, not both"),
    ],
)
def test_an_impossible_part_is_refused(tmp_path, choice, message):
    with refused(message):
        read_frame(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)), **choice)


@pytest.mark.parametrize("hdu", ["CCD_Z", "7", 7, -1, "CCD"])
def test_an_unknown_hdu_is_refused_with_those_there_are(multi, hdu):
    images = re.escape("its images are: 1 (CCD_B), 3, 4 (CCD_D)")
    with refused(f"{re.escape(str(multi))} has no HDU {re.escape(repr(hdu))}; {images}"):
        read_frame(multi, hdu=hdu)


@pytest.mark.parametrize("hdu", [0, "PRIMARY", 2])
def test_an_hdu_without_image_is_refused_with_the_images(multi, hdu):
    with refused(f"HDU {hdu!r} holds no image; the images are: 1 "):
        read_frame(multi, hdu=hdu)


def bad_files():
    whole = fits.HDUList([fits.PrimaryHDU(IMAGE)])
    return {
        "text": (lambda path: path.write_text("no FITS at all\n" * 300), "not a readable FITS"),
        "nothing": (lambda path: path.write_bytes(b""), "not a readable FITS"),
        "one_card": (lambda path: path.write_text("SIMPLE  =    T"), "not a readable FITS"),
        "table": (lambda path: save(path, fits.PrimaryHDU(), table()), "holds no image HDU"),
        "no_data": (lambda path: save(path, fits.PrimaryHDU()), "holds no image HDU"),
        "line": (lambda path: save(path, fits.PrimaryHDU(IMAGE[0])), "HDU 0: .* 1 dimension"),
        "cube": (lambda path: save(path, fits.PrimaryHDU(IMAGE[None])), "HDU 0: .* 3 dimensions"),
        "nan": (lambda path: save(path, fits.PrimaryHDU(IMAGE * np.nan)), "HDU0: no pixel is fin"),
        "infinite": (lambda path: save(path, fits.PrimaryHDU(IMAGE * np.inf)), "no pixel is finit"),
        "empty": (
            lambda path: written_by_hand(
                path,
                [
                    "SIMPLE  =                    T",
                    "BITPIX  =                   16",
                    "NAXIS   =                    2",
                    "NAXIS1  =                    0",
                    "NAXIS2  =                    5",
                ],
            ),
            r"HDU 0: the image is empty, its shape is \(5, 0\)",
        ),
        "cut_in_the_data": (lambda path: cut(path, whole, 2880 + 700), "truncated"),
        "cut_after_the_header": (lambda path: cut(path, whole, 2880), "truncated"),
        "cut_in_the_header": (lambda path: cut(path, whole, 1000), "truncated"),
    }


def cut(path, hdus, n_bytes):
    hdus.writeto(path)
    path.write_bytes(path.read_bytes()[:n_bytes])


@pytest.mark.parametrize("kind", bad_files())
def test_a_bad_file_is_refused_in_one_line_that_names_it(tmp_path, kind):
    make, message = bad_files()[kind]
    path = tmp_path / f"{kind}.fits"
    make(path)
    with refused(f"{re.escape(str(path))}.*{message}"):
        read_frames(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing.fits", "No such file: {path}"), ("", "{path} is a folder; give a FITS file.")],
)
def test_a_missing_file_is_refused(tmp_path, name, message):
    path = tmp_path / name
    with refused(re.escape(message.format(path=path))):
        read_frames(path)


@pytest.mark.parametrize("kind", [fits.ImageHDU, fits.CompImageHDU])
@pytest.mark.parametrize("end", ["in the header", "before the data", "in the data"])
def test_a_file_cut_behind_its_first_image_is_refused(tmp_path, kind, end):
    hdus = fits.HDUList([fits.PrimaryHDU(), kind(IMAGE, name="A"), kind(IMAGE, name="B")])
    path = save(tmp_path / "whole.fits", *hdus)
    with fits.open(path) as whole:
        second = whole.fileinfo(2)
    n_bytes = {
        "in the header": second["hdrLoc"] + 400,
        "before the data": second["datLoc"],
        "in the data": second["datLoc"] + 100,
    }
    path = tmp_path / "cut.fits"
    cut(path, hdus, n_bytes[end])
    with refused(f"{re.escape(str(path))}.*truncated"):
        read_frames(path)


@pytest.mark.parametrize("tile", [(16, 50), (7, 50), (20, 30)])
def test_tiles_larger_than_their_places_are_refused(tmp_path, tile):
    image = np.arange(40 * 50, dtype=np.int32).reshape(40, 50)
    hdu = fits.CompImageHDU(image, compression_type="HCOMPRESS_1", tile_shape=tile)
    path = save(tmp_path / "a.fits.fz", fits.PrimaryHDU(), hdu)
    np.testing.assert_array_equal(read_frame(path).data, image)
    told, smaller = (f"ZTILE2  ={rows:21d}".encode() for rows in (tile[0], 3))
    content = path.read_bytes()
    assert told in content
    path.write_bytes(content.replace(told, smaller))
    with refused(r"a.fits.fz, HDU 1: compressed tile 0 has the size .* its place \(3, .* damaged"):
        read_frame(path)


@pytest.mark.parametrize("end", [b"junk", b"XTENS", b"\x93" * 3000])
def test_what_follows_the_last_image_is_no_image_that_was_dropped(tmp_path, end):
    content = save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)).read_bytes()
    path = tmp_path / "b.fits"
    path.write_bytes(content + bytes(2880))
    assert len(read_frames(path)) == 1
    path.write_bytes(content + end)
    with refused("b.fits is truncated: the header of its last HDU is not complete"):
        read_frames(path)


@pytest.mark.parametrize(
    ("suffix", "share"),
    [
        *(("fits.fz", share) for share in (0.3, 0.6, 0.9)),
        *(("fits.gz", share) for share in (0.3, 0.52, 0.55, 0.6, 0.9)),
    ],
)
def test_a_truncated_compressed_file_is_refused(tmp_path, suffix, share):
    kind = {"fits.fz": fits.CompImageHDU, "fits.gz": fits.ImageHDU}[suffix]
    noise = np.random.default_rng(0).integers(0, 60000, (100, 100)).astype(np.uint16)
    images = kind(noise, name="A"), kind(noise[::-1], name="B")
    path = save(tmp_path / f"a.{suffix}", fits.PrimaryHDU(), *images)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with refused(f"{re.escape(str(path))}.*truncated"):
        read_frames(path)


def segmented(frames, folder, *, model="tiny", **options):
    """Write a mask for each frame, whose class is the number of the frame, and open it."""
    masks = [np.full(frame.data.shape, i % 4, np.uint8) for i, frame in enumerate(frames)]
    path = folder / "mask.fits"
    write_masks(path, masks, frames=frames, classes=CLASSES, model=model, **options)
    return fits.open(path, checksum=True)


def test_masks_keep_names_shapes_and_order_of_the_frames(multi, tmp_path):
    with segmented(read_frames(multi), tmp_path) as hdus:
        hdus.verify("exception")
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "CCD_B", "", "CCD_D"]
        assert hdus[0].header["NAXIS"] == 0
        assert hdus[0].header["TELESCOP"] == "LSM"
        for i, hdu in enumerate(hdus[1:]):
            assert hdu.header["BITPIX"] == 8
            assert not {"BZERO", "BSCALE", "BLANK"} & set(hdu.header)
            assert hdu.data.dtype == np.uint8
            np.testing.assert_array_equal(hdu.data, np.full(SHAPE, i))


def test_the_mask_of_a_primary_image_stays_in_the_primary_hdu(tmp_path):
    image = fits.PrimaryHDU(IMAGE, fits.Header({"EXPTIME": 30.0}))
    frames = read_frames(save(tmp_path / "a.fits", image))
    with segmented(frames, tmp_path) as hdus:
        assert len(hdus) == 1
        assert hdus[0].data.shape == SHAPE
        assert hdus[0].header["EXPTIME"] == 30.0


def test_a_mask_says_what_made_it_and_what_its_values_mean(multi, tmp_path):
    with segmented(read_frames(multi), tmp_path) as hdus:
        for header in (hdu.header for hdu in hdus[1:]):
            assert (header["SEGMODEL"], header["SEGVERS"]) == ("tiny", package_version())
            age = datetime.now(UTC) - datetime.fromisoformat(header["SEGDATE"])
            assert timedelta(0) <= age < timedelta(minutes=1)
            names = [header[f"CLASS{i}"] for i in range(header["NCLASSES"])]
            assert tuple(names) == CLASSES.names
            assert "tiny" in "".join(header["HISTORY"])


def test_a_name_of_a_model_that_is_not_ascii_is_escaped(tmp_path):
    frames = read_frames(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)))
    with segmented(frames, tmp_path, model="modèle") as hdus:
        assert hdus[0].header["SEGMODEL"] == r"mod\xe8le"
        assert r"mod\xe8le" in "".join(hdus[0].header["HISTORY"])


def test_the_cards_of_the_input_are_carried_over(tmp_path):
    hdu = fits.ImageHDU(RAW, name="SCI")
    hdu.header["OBJECT"] = ("dark", "what was taken")
    hdu.header["HIERARCH ESO DET TEMP"] = 140.0
    hdu.header["CRPIX1"] = 5.0
    hdu.header["BUNIT"] = "adu"
    hdu.header["DATAMAX"] = 65535
    hdu.header["BLANK"] = -32768
    hdu.header.add_comment("a comment")
    hdu.header.add_history("a line of history")
    frames = read_frames(save(tmp_path / "a.fits", fits.PrimaryHDU(), hdu))
    with segmented(frames, tmp_path) as hdus:
        header = hdus["SCI"].header
    assert (header["OBJECT"], header.comments["OBJECT"]) == ("dark", "what was taken")
    assert header["ESO DET TEMP"] == 140.0
    assert header["CRPIX1"] == 5.0
    assert "a comment" in str(header["COMMENT"])
    assert header["HISTORY"][0] == "a line of history"
    assert not {"BUNIT", "DATAMAX", "BZERO", "BSCALE", "BLANK", "LTV1", "SEGSEC"} & set(header)


@pytest.mark.parametrize(
    ("part", "text", "shift"),
    [
        ({"section": "[4:9,6:12]"}, "[4:9,6:12]", (3, 5)),
        ({"half": "right"}, "[9:17,1:12]", (8, 0)),
    ],
)
def test_the_coordinates_of_a_section_refer_to_the_same_sky(tmp_path, part, text, shift):
    reference = {"CRPIX1": 10.5, "CRPIX2": 20, "CRPIX1A": 30.0, "CRPIX2A": 40.0}
    image = fits.PrimaryHDU(IMAGE, fits.Header(reference))
    frames = read_frames(save(tmp_path / "a.fits", image), **part)
    with segmented(frames, tmp_path) as hdus:
        header = hdus[0].header
        assert hdus[0].data.shape == frames[0].data.shape
    assert header["SEGSEC"] == text
    assert (header["CRPIX1"], header["CRPIX2"]) == (10.5 - shift[0], 20 - shift[1])
    assert (header["CRPIX1A"], header["CRPIX2A"]) == (30 - shift[0], 40 - shift[1])
    assert (header["LTV1"], header["LTV2"]) == (-shift[0], -shift[1])


def test_a_section_without_wcs_is_given_none(tmp_path):
    frames = read_frames(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)), half="left")
    with segmented(frames, tmp_path) as hdus:
        assert "CRPIX1" not in hdus[0].header


def test_the_checksums_of_a_mask_are_its_own(tmp_path):
    path = tmp_path / "a.fits"
    fits.PrimaryHDU(RAW).writeto(path, checksum=True)
    with segmented(read_frames(path), tmp_path) as hdus:
        assert hdus[0].header["CHECKSUM"] != fits.getheader(path)["CHECKSUM"]
        assert hdus[0].verify_checksum() == hdus[0].verify_datasum() == 1


def test_masks_of_a_compressed_file_are_plain_images(tmp_path):
    path = save(tmp_path / "a.fits.fz", fits.PrimaryHDU(), fits.CompImageHDU(RAW, name="CCD"))
    with segmented(read_frames(path), tmp_path) as hdus:
        assert type(hdus["CCD"]) is fits.ImageHDU
        assert not [key for key in hdus["CCD"].header if key.startswith(("Z", "TFORM", "TTYPE"))]


def test_an_existing_mask_is_replaced_only_when_asked(tmp_path):
    frames = read_frames(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)))
    target = tmp_path / "mask.fits"
    target.write_text("precious")
    with refused(f"{re.escape(str(target))} exists already"):
        segmented(frames, tmp_path)
    assert target.read_text() == "precious"
    with segmented(frames, tmp_path, overwrite=True) as hdus:
        assert hdus[0].data.shape == SHAPE


@pytest.mark.parametrize(
    "mask", [np.zeros((12, 16), np.uint8), np.zeros(SHAPE, np.int64), np.zeros(SHAPE, bool)]
)
def test_a_mask_that_does_not_fit_is_refused_and_nothing_written(tmp_path, mask):
    folder = tmp_path / "results"
    frames = read_frames(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)))
    with refused(r"does not fit HDU0 of shape \(12, 17\)"):
        write_masks(folder / "m.fits", [mask], frames=frames, classes=CLASSES, model="tiny")
    assert not folder.exists()


def test_a_failing_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(_hdus, path, **_options):
        path.write_text("half")
        raise OSError("disk full")

    frames = read_frames(save(tmp_path / "a.fits", fits.PrimaryHDU(IMAGE)))
    monkeypatch.setattr(fits.HDUList, "writeto", fail)
    with pytest.raises(OSError, match="disk full"):
        segmented(frames, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.fits"]


@pytest.mark.parametrize("data", [RAW, (RAW % 256).astype(np.uint8)])
@pytest.mark.parametrize(
    ("suffix", "kind"),
    [("fits", fits.PrimaryHDU), ("fits.gz", fits.PrimaryHDU), ("fits.fz", fits.CompImageHDU)],
)
def test_a_frame_is_written_losslessly(tmp_path, suffix, kind, data):
    path = tmp_path / "new" / f"frame.{suffix}"
    write_frame(path, data, name="CCD", keywords={"GAIN": (0.75, "ADU per electron"), "RUN": 7})
    frame = read_frame(path, hdu="CCD")
    np.testing.assert_array_equal(frame.data, data)
    assert (frame.header["GAIN"], frame.header.comments["GAIN"]) == (0.75, "ADU per electron")
    assert frame.header["RUN"] == 7
    with fits.open(path, checksum=True) as hdus:
        assert type(hdus[-1]) is kind
        assert hdus[-1].data.dtype == data.dtype
        np.testing.assert_array_equal(hdus[-1].data, data)


def test_an_existing_frame_is_replaced_only_when_asked(tmp_path):
    path = tmp_path / "frame.fits.fz"
    write_frame(path, RAW, name="OLD")
    with refused("exists already"):
        write_frame(path, RAW, name="NEW")
    assert read_frame(path).label == "OLD"
    write_frame(path, RAW, name="NEW", overwrite=True)
    assert read_frame(path).label == "NEW"


def test_reading_a_frame_warns_of_nothing(tmp_path):
    hdu = fits.PrimaryHDU(IMAGE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fits.verify.VerifyWarning)
        hdu.header["BLANK"] = 0
        hdu.writeto(tmp_path / "a.fits")
    np.testing.assert_array_equal(read_frame(tmp_path / "a.fits").data, IMAGE)


HEADER = [
    "SIMPLE  =                    T",
    "BITPIX  =                  -32",
    "NAXIS   =                    2",
    "NAXIS1  =                   17",
    "NAXIS2  =                   12",
]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("NAXIS", "99999999999"),
        ("NAXIS", "1000"),
        ("NAXIS", "-1"),
        ("NAXIS", "two"),
        ("NAXIS1", "-17"),
        ("NAXIS2", "12.5"),
        ("BITPIX", "33"),
        ("PCOUNT", "-99999"),
        ("GCOUNT", "-1"),
        ("TFIELDS", "99999999"),
    ],
)
@pytest.mark.parametrize("behind", [False, True])
def test_impossible_sizes_are_refused_before_they_are_believed(tmp_path, key, value, behind):
    cards = [card for card in HEADER if card[:8].strip() != key]
    cards.insert(4 if key.startswith("NAXIS") else len(cards), f"{key:8}= {value:>20}")
    number = 0
    first = b""
    if behind:
        cards[0] = "XTENSION= 'IMAGE   '"
        first = save(tmp_path / "b.fits", fits.PrimaryHDU(IMAGE)).read_bytes()
        number = 1
    path = written_by_hand(tmp_path / "a.fits", cards, IMAGE.astype(">f4").tobytes())
    path.write_bytes(first + path.read_bytes())
    with refused(f"a.fits, HDU {number}: {key} is {re.escape(value)}; it is damaged"):
        read_frame(path)


def test_a_size_that_no_file_could_hold_is_refused(tmp_path):
    cards = [card.replace("  17", "9999999") if "NAXIS1" in card else card for card in HEADER]
    path = written_by_hand(tmp_path / "a.fits", cards, IMAGE.astype(">f4").tobytes())
    with refused("a.fits.* truncated"):
        read_frame(path)


@pytest.mark.parametrize(
    ("card", "text", "message"),
    [
        ("ZVAL2", "-1", "BYTEPIX is -1"),
        ("ZVAL1", "0", "BLOCKSIZE is 0"),
        ("ZTILE1", "0", "ZTILE1 is 0"),
        ("ZNAXIS", "99999999", "ZNAXIS is 99999999"),
    ],
)
def test_impossible_parameters_of_compression_are_refused(tmp_path, card, text, message):
    hdu = fits.CompImageHDU(IMAGE.astype(np.int32), compression_type="RICE_1")
    path = save(tmp_path / "a.fits.fz", fits.PrimaryHDU(), hdu)
    content = path.read_bytes()
    at = content.index(card.ljust(8).encode() + b"=")
    new = f"{card:8}= {text:>20}".ljust(80).encode()
    path.write_bytes(content[:at] + new + content[at + 80 :])
    with refused(f"a.fits.fz, HDU 1: {message}; it is damaged"):
        read_frame(path)
