"""Images in HDF5: the data set that is meant is found, named, or asked for."""

import numpy as np
import pytest

from ccdseg.images_io import read_images
from tests.images_io.stacks.files import SHAPE, images
from tests.refusal import refused

h5py = pytest.importorskip("h5py")
STACK = images("uint16")


def write(path, data_sets, attributes=()):
    with h5py.File(path, "w") as file:
        for name, content in data_sets.items():
            file[name] = content
        for name, key, value in attributes:
            file[name].attrs[key] = value
    return path


def check(path, stack=STACK):
    frames = list(read_images(path))
    assert len(frames) == len(stack)
    for frame, image in zip(frames, stack, strict=True):
        np.testing.assert_array_equal(frame.data, image)


def test_the_only_stack_is_taken_and_others_are_named(tmp_path):
    table, flat = np.zeros((500, 3)), np.ones(SHAPE)
    write(tmp_path / "a.h5", {"/scan/images": STACK, "/motors": table, "/flat": flat})
    check(tmp_path / "a.h5")
    check(f"{tmp_path / 'a.h5'}::/flat", [flat])
    write(tmp_path / "b.h5", {"/scan/images": STACK, "/dark/images": STACK + 1})
    with refused(r"choose one as FILE::DATASET of: /dark/images \(3, 24, 30\), /scan/images"):
        read_images(tmp_path / "b.h5")
    check(f"{tmp_path / 'b.h5'}::/scan/images")
    check(f"{tmp_path / 'b.h5'}::dark", STACK + 1)
    with refused("b.h5::/new .*it has no data set /new; choose one as"):
        read_images(f"{tmp_path / 'b.h5'}::/new")
    write(tmp_path / "c.nxs", {"/motors": table})
    with refused("c.nxs .*it holds no data set of images"):
        read_images(tmp_path / "c.nxs")
    with refused(r"::/motors .*/motors holds no images: its shape is \(500, 3\)"):
        read_images(f"{tmp_path / 'c.nxs'}::/motors")


def test_the_default_of_nexus_is_taken(tmp_path):
    attributes = [("/", "default", "entry"), ("/entry", "default", "ccd")]
    attributes.append(("/entry/ccd", "signal", "image"))
    data_sets = {"/entry/ccd/image": STACK, "/entry/ccd/dark": STACK + 1, "/old/image": STACK}
    write(tmp_path / "a.h5", data_sets, attributes)
    check(tmp_path / "a.h5")
    check(f"{tmp_path / 'a.h5'}::/entry/ccd")


def test_leading_dimensions_are_counted_through(tmp_path):
    stack = images("float32", n=6).reshape(2, 3, *SHAPE)
    check(write(tmp_path / "a.h5", {"/map": stack}), stack.reshape(6, *SHAPE))


@pytest.mark.parametrize("filters", ["gzip", "Bitshuffle", "LZ4", "Blosc"])
def test_compressed_images_are_read(tmp_path, filters):
    plugins = pytest.importorskip("hdf5plugin")
    how = {"compression": "gzip"} if filters == "gzip" else {**getattr(plugins, filters)()}
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("/entry/data/data", data=STACK, chunks=(1, *SHAPE), **how)
    check(tmp_path / "a.h5")


def test_files_of_a_detector_behind_a_master_are_one_stack(tmp_path):
    stack = images("uint16", n=5)
    stack[1, 7, 7] = 65535
    for number, part in enumerate((stack[:3], stack[3:]), start=1):
        write(tmp_path / f"s_data_{number:06d}.h5", {"/entry/data/data": part})
    pixel_mask = np.zeros(SHAPE, np.uint32)
    pixel_mask[4] = 1
    data_sets = {
        **{
            f"/entry/data/data_{n:06d}": h5py.ExternalLink(f"s_data_{n:06d}.h5", "/entry/data/data")
            for n in (1, 2, 3)
        },
        "/entry/instrument/detector/detectorSpecific/pixel_mask": pixel_mask,
        "/entry/instrument/detector/description": "Dectris EIGER2 Si 1M",
        "/entry/instrument/detector/saturation_value": 60000,
        "/entry/loop": h5py.SoftLink("/entry"),
    }
    path = write(tmp_path / "s_master.h5", data_sets)  # the third file is missing
    frames = list(read_images(path))
    assert [frame.n_bad for frame in frames] == [30, 31, 30, 30, 30]
    assert frames[0].saturation == 60000
    expected = np.where(pixel_mask, np.nan, stack[4].astype(np.float32))
    np.testing.assert_array_equal(frames[4].data, expected)
    assert [frame.n_bad for frame in read_images(path, bad_values=None)] == [0] * 5


def test_damaged_files_end_in_one_line(tmp_path):
    path = write(tmp_path / "a.h5", {"/images": images("uint16", n=40)})
    content = path.read_bytes()
    for damaged in (b"", b"text", content[:-5000], content[:100]):
        path.write_bytes(damaged)
        with refused(r"a.h5 cannot be read as images \(.*\)"):
            list(read_images(path))
    write(tmp_path / "b.h5", {})
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file.create_dataset("huge", (2, 10**6, 10**6), np.uint16, chunks=(1, 1000, 1000))
    with refused("b.h5 .*images of 1000000×1000000 pixels do not fit into it"):
        read_images(tmp_path / "b.h5")
