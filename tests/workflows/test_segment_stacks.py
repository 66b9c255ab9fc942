"""Stacks of beamlines through the whole workflow: masks, events, cleaned images, summary."""

import json

import fabio
import h5py
import numpy as np
import pytest
import tifffile
from astropy.table import QTable

from ccdseg.classes import COSMICS
from ccdseg.cli import main
from ccdseg.cli.commands import predict
from ccdseg.segmentation.predicting import Prediction
from ccdseg.workflows import segment_file, segment_files
from tests.command_line import status
from tests.images_io.stacks.files import SHAPE, images, write_edf, write_tiff
from tests.refusal import refused

TRACKS = (np.s_[5:8, 6:20], np.s_[15, 3:9], np.s_[2:4, 22:28])
"""One for each image."""


class Bright:
    """Stands for a model that calls cosmic whatever is bright."""

    name, classes = "bright", COSMICS

    def predict(self, image, **_options):
        bright = np.nan_to_num(image) > np.nanmedian(image) + 40
        return Prediction(bright.astype(np.uint8), None)


def stack_of(kind):
    stack = images(kind)
    for image, track in zip(stack, TRACKS, strict=True):
        image[track] += 90
    return stack


TRUTH = (stack_of("float64") > 150).astype(np.uint8)


def segment(paths, folder, **settings):
    settings = {"pictures": "none", "clean": True, "photons": None, "progress": False} | settings
    return segment_files(paths, Bright(), output=folder, **settings)


def test_every_image_of_a_tiff_has_its_mask_and_events(tmp_path):
    write_tiff(tmp_path / "scan.tif", stack_of("uint16"))
    result = segment(tmp_path / "scan.tif", tmp_path / "out")
    assert not result.failed
    assert list(result.table["hdu"]) == ["frame0", "frame1", "frame2"]
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out/scan_mask.tif"), 255 * TRUTH)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out/scan_filled.tif"), 255 * TRUTH)
    cleaned = tifffile.imread(tmp_path / "out/scan_clean.tif")
    assert cleaned.dtype == np.uint16
    np.testing.assert_array_equal(cleaned[TRUTH == 0], stack_of("uint16")[TRUTH == 0])
    assert cleaned.max() < 150
    events = QTable.read(tmp_path / "out/scan_events.ecsv", format="ascii.ecsv")
    assert list(events["hdu"]) == ["frame0", "frame1", "frame2"]
    names = {path.name for path in (tmp_path / "out").glob("[!.]*")}
    kinds = ("mask.tif", "clean.tif", "filled.tif", "events.ecsv", "summary.json")
    assert names == {f"scan_{kind}" for kind in kinds} | {"run.ecsv", "counts.ecsv"}


def test_a_data_set_that_is_named_gives_files_called_after_its_file(tmp_path):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["/entry/data/data"] = stack_of("int32")
        file["/entry/dark"] = images("int32")
    address = f"{tmp_path}/*.h5::/entry/data/data"
    result = segment(address, tmp_path / "out")
    assert not result.failed
    with h5py.File(tmp_path / "out/scan_mask.h5") as file:
        np.testing.assert_array_equal(file["/entry/data/data"][()], TRUTH)
    assert len(QTable.read(tmp_path / "out/scan_mask.h5", path="entry/events")) == 3
    with h5py.File(tmp_path / "out/scan_clean.h5") as file:
        np.testing.assert_array_equal(file["/entry/data/filled"][()], 255 * TRUTH)
        np.testing.assert_array_equal(file["/entry/dark"][()], images("int32"))
        assert file["/entry/data/data"][()].max() < 150
    summary = json.loads((tmp_path / "out/scan_summary.json").read_text())
    assert summary["file"] == "scan.h5::/entry/data/data"
    assert segment(address, tmp_path / "out", skip_existing=True).n_files == 1
    with refused("scan_mask.h5 exists already"):
        segment(address, tmp_path / "out")


def test_pixels_without_a_value_are_flagged_and_stay(tmp_path):
    stack = stack_of("int32")
    stack[:, 6, 10] = -1  # in the track of the first image
    write_edf(tmp_path / "a.edf", stack)

    def n_flagged(folder):
        summary = json.loads((tmp_path / folder / "a_summary.json").read_text())
        return [image["flagged_pixels"] for image in summary["hdus"]]

    segment(tmp_path / "a.edf", tmp_path / "out")
    assert n_flagged("out") == [1, 1, 1]
    with fabio.open(tmp_path / "out/a_clean.edf") as file:
        cleaned = np.array([file.get_frame(i).data for i in range(3)])
    assert (cleaned[:, 6, 10] == -1).all()
    segment(tmp_path / "a.edf", tmp_path / "none", bad_values=None)
    assert n_flagged("none") == [0, 0, 0]
    with refused("bad_values is 'x'"):
        segment(tmp_path / "a.edf", tmp_path / "x", bad_values="x")


@pytest.mark.usefixtures("undrawn")
def test_one_image_of_a_folder_of_stacks_is_segmented_and_drawn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(predict, "chosen_model", lambda _: Bright())
    (tmp_path / "in").mkdir()
    write_tiff(tmp_path / "in" / "a.tif", stack_of("uint16"))
    write_edf(tmp_path / "in" / "b.edf", stack_of("uint16"))
    (tmp_path / "in" / "damaged.h5").write_bytes(b"no HDF5")
    options = ("--hdu", "1", "--photon", "none", "--output", "out", "--bad-values=-1,-2")
    monkeypatch.setattr(
        "ccdseg.workflows.segment.running.one_process._count_writers", lambda *_, **__: 0
    )
    assert status(main, "predict", "in", *options) == 1
    for name in ("a", "b"):
        mask = tifffile.imread(tmp_path / f"out/{name}_mask.tif")
        np.testing.assert_array_equal(mask, 255 * TRUTH[1])
        assert (tmp_path / f"out/{name}_overlay.png").exists()
    rows = QTable.read(tmp_path / "out/run.ecsv", format="ascii.ecsv")
    assert "damaged.h5 cannot be read as images" in rows["error"][-1]
    assert status(main, "predict", "in/a.tif", "--bad-values", "x") == 2


def test_one_image_is_in_memory_at_a_time(tmp_path):
    """Frames of the result hold no pixels; those of the file are read again for the pictures."""
    write_tiff(tmp_path / "a.tif", images("uint16", n=40))
    result = segment_file(tmp_path / "a.tif", Bright(), photons=None)
    assert all(one.frame.__dict__["_kept"] is None for one in result.frames)
    assert result.frames[7].frame.data.shape == SHAPE
    assert result.frames[7].levelled is result.frames[7].frame
