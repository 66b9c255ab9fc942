"""Stacks of TIFF, EDF and CBF: every image is one frame, read when it is its turn."""

import sys

import numpy as np
import pytest
import tifffile

from ccdseg.images_io import count_images, image_files_in, is_picture, is_stack, read_images, stem
from ccdseg.images_io.folders import read_image
from tests.images_io.stacks.files import images, write_cbf, write_edf, write_tiff
from tests.refusal import refused

pytest.importorskip("fabio")

KINDS = ["uint8", "uint16", "uint32", "int16", "int32", "float32"]


def check(path, stack):
    frames = read_images(path)
    assert is_stack(path)
    assert not is_picture(path)
    assert len(frames) == count_images(path) == len(stack)
    for number, (frame, image) in enumerate(zip(frames, stack, strict=True)):
        np.testing.assert_array_equal(frame.data, image)
        assert (frame.data.dtype, frame.label) == (np.float32, f"frame{number}")
        assert (frame.hdu_index, frame.top_first) == (number, True)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_of_a_tiff_are_frames(tmp_path, kind):
    stack = images(kind)
    write_tiff(tmp_path / "a.tif", stack, compression="zlib")
    check(tmp_path / "a.tif", stack)
    tifffile.imwrite(tmp_path / "plain.tif", stack, photometric="minisblack")
    check(tmp_path / "plain.tif", stack)


def test_stacks_of_imagej_are_read(tmp_path):
    stack = images("uint16", n=5)
    tifffile.imwrite(tmp_path / "a.tif", stack, imagej=True, byteorder=">")
    check(tmp_path / "a.tif", stack)


@pytest.mark.parametrize("kind", ["uint16", "int32", "float32"])
def test_frames_of_edf_and_cbf_are_read(tmp_path, kind):
    stack = images(kind)
    write_edf(tmp_path / "a.edf", stack)
    check(tmp_path / "a.edf", stack)
    write_cbf(tmp_path / "a.cbf", stack[0].astype(np.int32))
    check(tmp_path / "a.cbf", stack[:1])


def test_a_single_tiff_of_any_numbers_is_a_picture(tmp_path):
    for kind in (*KINDS, "float64"):
        tifffile.imwrite(tmp_path / "a.tif", images(kind)[0], photometric="minisblack")
        (frame,) = read_images(tmp_path / "a.tif")
        np.testing.assert_array_equal(frame.data, images(kind)[0])
        assert frame.label == "picture"


def test_one_image_or_a_part_of_each_is_chosen(tmp_path):
    stack = images("uint16", n=12)
    write_tiff(tmp_path / "a.tif", stack)
    for hdu in (7, "7", "frame07"):
        (frame,) = read_images(tmp_path / "a.tif", hdu=hdu)
        assert frame.label == "frame07"
        np.testing.assert_array_equal(frame.data, stack[7])
    parts = read_images(tmp_path / "a.tif", section="[3:7,2:4]")
    for frame, image in zip(parts, stack, strict=True):
        np.testing.assert_array_equal(frame.data, image[1:4, 2:7])
        assert frame.origin == (1, 2)
    with refused("a.tif has no image 'SCI'; its 12 images are numbered from 0 to 11"):
        read_images(tmp_path / "a.tif", hdu="SCI")
    with refused("a.tif holds 12 images; give files of one image"):
        read_image(tmp_path / "a.tif")


def test_frames_let_their_pixels_go_and_read_them_again(tmp_path):
    stack = images("int32")
    stack[:, 3, 4] = -1
    write_edf(tmp_path / "a.edf", stack)
    frames = list(read_images(tmp_path / "a.edf", half="left"))
    assert [frame.__dict__["_kept"] for frame in frames] == [None] * 3
    for frame, image in zip(frames, stack.astype(np.float32), strict=True):
        image[3, 4] = np.nan
        np.testing.assert_array_equal(frame.data, image[:, :15])
        assert frame.n_bad == frame.n_flagged == 1
        assert np.argwhere(frame.flagged).tolist() == [[3, 4]]


def test_signs_of_no_value_become_nan(tmp_path):
    def lost(name, stack, write, **options):
        write(tmp_path / name, stack)
        return [frame.n_bad for frame in read_images(tmp_path / name, **options)]

    stack = images("int32")
    stack[0, :2] = -1
    stack[1, 5, 5] = -2
    assert lost("a.edf", stack, write_edf) == [60, 1, 0]
    assert lost("a.edf", stack, write_edf, bad_values=None) == [0, 0, 0]
    assert lost("a.edf", stack, write_edf, bad_values=[-1]) == [60, 0, 0]
    dark = images("int32") - 100  # about zero, with many negative numbers
    assert lost("b.edf", dark, write_edf) == [0, 0, 0]
    few = np.clip(dark, -2, None)  # only −1 and −2, but too many
    assert lost("c.edf", few, write_edf) == [0, 0, 0]
    large = images("uint32")
    large[2, 1] = 2**32 - 1
    assert lost("d.tif", large, write_tiff) == [0, 0, 30]
    deep = images("uint16")
    deep[0, 0, 0] = 65535  # saturated
    assert lost("e.tif", deep, write_tiff) == [0, 0, 0]
    assert lost("e.tif", deep, write_tiff, bad_values=[65535.0]) == [1, 0, 0]
    with refused("bad_values is '-1'; give 'auto', numbers, or None"):
        read_images(tmp_path / "e.tif", bad_values="-1")
    tifffile.imwrite(tmp_path / "f.tif", stack[0], photometric="minisblack")
    assert read_images(tmp_path / "f.tif")[0].n_bad == 60


def test_a_folder_lists_stacks_and_no_parts_of_them(tmp_path):
    for name in ("a.edf", "b.CBF", "c.h5", "s_master.h5", "s_data_000001.h5", "t_data_000001.h5"):
        (tmp_path / name).touch()
    names = ["a.edf", "b.CBF", "c.h5", "s_master.h5", "t_data_000001.h5"]
    assert [path.name for path in image_files_in(tmp_path)] == names
    assert stem("x/scan.nxs::/entry/data") == "scan"
    assert stem("scan_01.cbf.gz") == "scan_01"


def cut(path, n_bytes):
    path.write_bytes(path.read_bytes()[:-n_bytes])


@pytest.mark.parametrize("name", ["a.edf", "a.cbf", "a.tif"])
def test_damaged_stacks_are_named_in_one_line(tmp_path, name):
    path = tmp_path / name
    if name == "a.cbf":
        write_cbf(path, images("int32")[0])
    else:
        (write_edf if name == "a.edf" else write_tiff)(path, images("int32"))
    cut(path, 900)
    with refused(f"{name}.* cannot be read as images \\(.*\\)"):
        list(read_images(path))
    for content in (b"", b"text", b"\x0c\x1a\x04\xd5" * 900):
        path.write_bytes(content)
        with refused(f"{name}.* cannot be read as (an image|images) \\(.*\\)"):
            list(read_images(path))
    with refused("No such file: .*b"):
        read_images(tmp_path / f"b{path.suffix}")
    with refused("only a file of HDF5 has data sets; leave ::/x away"):
        read_images(f"{path}::/x")


def test_a_changed_bit_of_a_cbf_is_noticed(tmp_path):
    path = tmp_path / "a.cbf"
    write_cbf(path, images("int32")[0])
    content = bytearray(path.read_bytes())
    content[content.index(b"\x0c\x1a\x04\xd5") + 99] ^= 4
    path.write_bytes(content)
    with refused("a.cbf .*the checksum of its image is another: it is damaged"):
        read_images(path)


def test_pages_that_are_not_alike_are_refused(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(images("uint16"), photometric="minisblack", metadata=None)
        file.write(np.zeros((9, 9), np.uint16), photometric="minisblack", metadata=None)
    with refused(r"a.tif .*its pages are not alike: \(3, 24, 30\) of uint16, \(9, 9\) of uint16"):
        read_images(tmp_path / "a.tif")


def test_the_library_that_lacks_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fabio", None)
    (tmp_path / "a.edf").write_bytes(b"{ }")
    with refused(
        r"a.edf needs the package fabio; install it with: pip install 'ccdseg\[beamline\]'"
    ):
        read_images(tmp_path / "a.edf")
