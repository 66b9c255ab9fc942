"""Masks and cleaned stacks, read back by the libraries of their formats."""

import fabio
import h5py
import numpy as np
import pytest
import tifffile
from astropy.table import QTable

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.images_io import read_images
from ccdseg.images_io.stacks import write_cleaned_stack, write_stack_masks
from tests.images_io.stacks.files import SHAPE, images, write_cbf, write_edf, write_tiff
from tests.refusal import refused

MASK = np.zeros(SHAPE, np.uint8)
MASK[5:8, 6:20] = 1


def hit(kind, n=3):
    """Images with a track in each and a pixel without a value in it."""
    stack = images(kind, n)
    stack[:, MASK == 1] += 90
    if np.dtype(kind).kind == "i":
        stack[:, 6, 10] = -1
    return stack


def write_hdf5(path, stack):
    with h5py.File(path, "w") as file:
        file["/entry/data/data"] = stack
        file["/entry/data/data"].attrs["units"] = "counts"
        file["/entry/sample/name"] = "NiO"
        file["/entry/link"] = h5py.SoftLink("/entry/sample/name")
        file["/entry/flat"] = h5py.ExternalLink("flat.h5", "/flat")


def write_cleaned(path, masks, frames, map_path=None):
    settings = {"classes": COSMICS, "model": "m", "map_path": map_path}
    write_cleaned_stack(path, masks, frames=frames, **settings)


def stored(path):
    if path.suffix == ".tif":
        return tifffile.imread(path)
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            return file["/entry/data/data"][()]
    with fabio.open(path) as file:
        return np.array([file.get_frame(i).data for i in range(file.nframes)])


@pytest.mark.parametrize(
    ("write", "suffix", "kind"),
    [
        (write_tiff, ".tif", "uint16"),
        (write_tiff, ".tif", "float32"),
        (write_edf, ".edf", "int32"),
        (write_edf, ".edf", "uint16"),
        (lambda path, stack: write_cbf(path, stack[0]), ".cbf", "int32"),
        (write_hdf5, ".h5", "int32"),
    ],
)
def test_particles_are_filled_and_nothing_else_changes(tmp_path, write, suffix, kind):
    source, path, filled = (tmp_path / f"{name}{suffix}" for name in ("a", "b", "c"))
    map_path = None if suffix == ".h5" else filled.with_suffix(".tif")
    stack = hit(kind, n=1 if suffix == ".cbf" else 3)
    write(source, stack)
    frames = list(read_images(source))[:2]
    write_cleaned(path, [MASK] * len(frames), frames, map_path)
    result = stored(path)
    assert (result.dtype, result.shape) == (stack.dtype, stack.shape)
    was_filled = np.zeros(stack.shape, dtype=bool)
    was_filled[: len(frames)] = MASK == 1
    was_filled &= stack != -1
    np.testing.assert_array_equal(result[~was_filled], stack[~was_filled])
    assert np.abs(result[was_filled].mean() - 100) < 3
    if map_path is None:
        with h5py.File(path) as file:
            shown = file["/entry/data/filled"][()]
    else:
        shown = tifffile.imread(map_path)
    np.testing.assert_array_equal(shown.reshape(stack.shape), 255 * was_filled)
    with refused("exists already"):
        write_cleaned(path, [MASK], frames[:1])


def test_what_else_a_file_holds_stays(tmp_path):
    write_hdf5(tmp_path / "a.h5", hit("uint16"))
    with h5py.File(tmp_path / "flat.h5", "w") as file:
        file["flat"] = 7
    (tmp_path / "out").mkdir()
    frames = list(read_images(f"{tmp_path / 'a.h5'}::/entry/data/data"))
    write_cleaned(tmp_path / "out" / "b.h5", [MASK] * 3, frames)
    with h5py.File(tmp_path / "out" / "b.h5") as file:
        assert file["/entry/link"].asstr()[()] == "NiO"
        assert file["/entry/flat"][()] == 7
        assert file["/entry/data/data"].attrs["units"] == "counts"
        assert file[file.attrs["default"]][file["entry"].attrs["default"]].attrs["signal"] == "data"
        assert "model m" in file["/entry/ccdseg/note"].asstr()[()]
    write_edf(tmp_path / "a.edf", hit("int32"))
    write_cleaned(tmp_path / "b.edf", [MASK], list(read_images(tmp_path / "a.edf"))[:1])
    with fabio.open(tmp_path / "b.edf") as file:
        assert [file.get_frame(i).header["title"] for i in range(3)] == [
            *("first", "number 1", "number 2")
        ]
        assert file.get_frame(2).header["Image"] == "2"


def test_data_sets_behind_a_master_become_one_and_stay_as_they_were(tmp_path):
    stack = hit("uint16")
    for number, image in enumerate(stack):
        with h5py.File(tmp_path / f"s_data_{number:06d}.h5", "w") as file:
            file["x"] = image[None]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with h5py.File(tmp_path / "s_master.h5", "w") as file:
        for number in range(3):
            link = h5py.ExternalLink(f"s_data_{number:06d}.h5", "/x")
            file[f"/entry/data/data_{number:06d}"] = link
    frames = list(read_images(tmp_path / "s_master.h5"))
    write_cleaned(tmp_path / "b.h5", [MASK] * 3, frames)
    with h5py.File(tmp_path / "b.h5") as file:
        assert set(file["/entry/data"]) == {"data", "filled"}
        assert np.abs(file["/entry/data/data"][()][:, MASK == 1].mean() - 100) < 3
    assert {path.name: path.read_bytes() for path in tmp_path.glob("s_data*")} == before


def test_masks_are_read_back(tmp_path):
    write_edf(tmp_path / "a.edf", hit("int32"))
    frames = list(read_images(tmp_path / "a.edf"))
    masks = [MASK, MASK * 0, MASK]
    events = QTable({"id": [1, 2], "hdu": ["frame0", "frame2"]})
    settings = {"frames": frames, "model": "m", "events": events}
    write_stack_masks(tmp_path / "m.tif", masks, classes=COSMICS, **settings)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "m.tif"), 255 * np.array(masks))
    write_stack_masks(tmp_path / "c.tif", [3 * mask for mask in masks], classes=CLASSES, **settings)
    with tifffile.TiffFile(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.asarray(), 3 * np.array(masks))
        page = file.pages[2]
        assert page.photometric.name == "PALETTE"
        shown = page.colormap[:, 3] / 65535
    np.testing.assert_allclose(shown, CLASSES.colours[3], atol=1e-4)
    labels = (number * mask for number, mask in enumerate(masks, start=1))
    write_stack_masks(tmp_path / "m.h5", masks, classes=COSMICS, **settings, labels=labels)
    with h5py.File(tmp_path / "m.h5") as file:
        data = file["/entry/data/data"]
        np.testing.assert_array_equal(data[()], masks)
        assert list(data.attrs["classes"]) == list(COSMICS.names)
        assert list(file["/entry/data/frame"]) == [0, 1, 2]
        np.testing.assert_array_equal(file["/entry/data/labels"][2], 3 * MASK)
    table = QTable.read(tmp_path / "m.h5", path="entry/events")
    assert list(table["hdu"]) == ["frame0", "frame2"]
    with refused("m.h5 exists already"):
        write_stack_masks(tmp_path / "m.h5", masks, classes=COSMICS, **settings)
    with refused(r"Mask of shape \(3, 4\), type uint8 does not fit frame1"):
        write_stack_masks(
            tmp_path / "x.h5",
            [MASK, MASK[:3, :4]],
            frames=frames[:2],
            classes=COSMICS,
            model="m",
        )
