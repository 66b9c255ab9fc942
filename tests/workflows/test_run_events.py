"""Events of a run in one file, as other tools read it."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import uproot
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable
from astropy.table.meta import get_header_from_yaml
from pyarrow import parquet

from ccdseg.cli import main
from ccdseg.version import package_version
from ccdseg.workflows import read_run, segment_files
from tests.command_line import status
from tests.refusal import refused
from tests.workflows.test_segment import Bright, skipper

START = "2026-03-01T22:10:00"


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Current folder: a with two HDUs and exposure times, b without events, c without keywords."""
    monkeypatch.chdir(tmp_path)
    images = [
        fits.ImageHDU(skipper(seed=number), name=f"CCD_{number}", header=header(100.0 + number))
        for number in range(2)
    ]
    images[0].data[50:] = np.float32(-37)  # of its three particles one is left
    fits.HDUList([fits.PrimaryHDU(), *images]).writeto("a.fits")
    fits.PrimaryHDU(np.zeros((120, 150), np.float32)).writeto("b.fits")
    fits.PrimaryHDU(skipper(seed=3)).writeto("c.fits")
    return tmp_path


def header(exposure):
    return fits.Header({"EXPTIME": exposure, "DATE-OBS": START})


def segment(images="*.fits", **settings):
    settings = {
        "output": "results",
        "pictures": "none",
        "progress": False,
        "detector": "damic",
        "events": "events.parquet",
        "skip_existing": True,
    } | settings
    return segment_files(images, Bright(), **settings)


def expected(name):
    """A column of the tables of each file, one behind the other."""
    tables = [QTable.read(f"results/{stem}_events.ecsv") for stem in "abc"]
    return np.concatenate([getattr(table[name], "value", table[name]) for table in tables])


@pytest.mark.usefixtures("night")
def test_each_event_knows_its_image_and_its_model():
    run = segment()
    table = parquet.read_table("results/events.parquet").to_pydict()
    n_events = run.table["n_events"].tolist()  # of the images of a, of b, and of c
    assert n_events == [1, 3, 0, 3]
    assert table["path"] == ["a.fits"] * 4 + ["c.fits"] * 3
    assert table["hdu"] == ["CCD_0"] + ["CCD_1"] * 3 + ["HDU0"] * 3
    np.testing.assert_array_equal(table["exposure"], [100] + [101] * 3 + [np.nan] * 3)
    assert table["start"] == [START] * 4 + [""] * 3
    assert set(table["signal_unit"]) == {"adu"}
    assert set(table["model"]) == {"bright"}
    assert set(table["version"]) == {package_version()}
    for name in ("id", "row", "energy", "energy_error", "n_pixels", "touches_edge"):
        np.testing.assert_array_equal(table[name], expected(name))


@pytest.mark.usefixtures("night")
def test_units_and_descriptions_are_in_the_metadata_of_parquet():
    segment()
    schema = parquet.read_schema("results/events.parquet")
    told = get_header_from_yaml(schema.metadata[b"table_meta_yaml"].decode().splitlines())
    columns = {column["name"]: column for column in told["datatype"]}
    assert columns["energy"]["unit"] == "keV"
    assert columns["exposure"]["unit"] == "s"
    assert columns["energy"]["description"] == "energy deposited"


@pytest.mark.usefixtures("night")
def test_hdf5_and_ecsv_hold_the_same_events():
    segment()
    segment(events="events.h5")
    segment(events="events.ecsv")
    table = parquet.read_table("results/events.parquet")
    with h5py.File("results/events.h5") as file:
        rows = file["table"][:]
    text = QTable.read("results/events.ecsv")
    again = QTable.read("results/events.h5", path="table")
    assert list(rows.dtype.names) == table.column_names == text.colnames
    assert [path.decode() for path in rows["path"]] == table["path"].to_pylist()
    assert again["energy"].unit == text["energy"].unit == u.keV
    for energies in (rows["energy"], again["energy"].value, text["energy"].value):
        np.testing.assert_array_equal(energies, table["energy"].to_numpy())


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("suffix", ["parquet", "h5", "ecsv", "root"])
def test_a_run_without_events_has_an_empty_table_that_the_next_run_replaces(suffix):
    segment("b.fits", events=f"events.{suffix}")
    run = read_run(f"results/events.{suffix}")
    assert (len(run.table), len(run.frames)) == (0, 1)
    segment(events=f"events.{suffix}")
    assert len(read_run(f"results/events.{suffix}").table) == 7


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("suffix", ["parquet", "h5", "ecsv", "root"])
def test_events_and_frames_come_back_with_their_units(suffix):
    frames = segment(events=f"events.{suffix}").table
    run = read_run(f"results/events.{suffix}")
    assert run.table["energy"].unit == u.keV
    np.testing.assert_array_equal(run.table["energy"].value, expected("energy"))
    assert run.table["energy"].info.description == "energy deposited"
    assert run.table["start"].tolist() == [START] * 4 + [""] * 3
    assert run.frames.colnames == frames.colnames
    for name in frames.colnames:
        assert run.frames[name].info.unit == frames[name].info.unit
        np.testing.assert_array_equal(run.frames[name], frames[name])
    assert run.frames["n_events"].tolist() == [1, 3, 0, 3]


@pytest.mark.usefixtures("night")
def test_root_holds_trees_of_events_and_of_frames():
    segment(events="events.root")
    with uproot.open("results/events.root") as file:
        events, frames = (file[name].arrays(library="np") for name in ("events", "frames"))
        notes = json.loads(str(file["columns"]))
    assert events["path"].tolist() == ["a.fits"] * 4 + ["c.fits"] * 3
    np.testing.assert_array_equal(events["energy"], expected("energy"))
    assert events["touches_edge"].dtype == bool
    assert notes["events"]["energy"] == {"unit": "keV", "description": "energy deposited"}
    assert frames["live_pixels"].tolist() == [120 * 150] * 4


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("suffix", ["parquet", "h5", "ecsv", "root"])
def test_pixels_of_events_add_up_to_their_signals(suffix):
    segment(events=f"events.{suffix}", event_pixels=True)
    run = read_run(f"results/events.{suffix}")
    pixels = run.pixels
    sums = np.bincount(pixels["event"], pixels["signal"] * pixels["share"], len(run.table))
    np.testing.assert_allclose(sums, run.table["signal"].value, rtol=1e-5)
    peaks = np.unique(pixels["event"][pixels["signal"] > 40])
    assert peaks.tolist() == list(range(7))
    first = pixels[pixels["event"] == 0]
    assert run.table["peak_row"][0].value in first["row"].value
    assert len(QTable.read("results/a_pixels.fits")) == np.count_nonzero(pixels["event"] < 4)


@pytest.mark.usefixtures("night")
def test_other_tools_read_lists_of_pixels():
    for suffix in ("parquet", "root", "h5"):
        segment(events=f"events.{suffix}", event_pixels=True)
    lists = parquet.read_table("results/events.parquet")["pixel_row"].to_pylist()
    with uproot.open("results/events.root") as file:
        jagged = file["events"]["pixel_row"].array(library="np")
    with h5py.File("results/events.h5") as file:
        pixels = file["pixels"][:]
    assert [one.tolist() for one in jagged] == lists
    assert pixels["row"].tolist() == [row for one in lists for row in one]


@pytest.mark.usefixtures("night")
def test_earlier_results_without_pixels_are_told():
    segment()
    with refused("There is no results/a_pixels.fits with the pixels of its events"):
        segment(event_pixels=True)


@pytest.mark.usefixtures("night")
def test_a_file_that_is_no_table_of_a_run_is_refused():
    with refused("No file none.parquet"):
        read_run("none.parquet")
    for name in ("a.fits", "x.parquet", "x.h5", "x.root", "x.ecsv"):
        Path(name).write_text("nothing")
        with refused(f"{name} "):
            read_run(name)


@pytest.mark.usefixtures("night")
def test_the_command_writes_them_and_refuses_what_it_cannot(capsys):
    with refused("results/x.parquet cannot be both --events and --table"):
        segment(events="x.parquet", table="x.parquet")
    with refused("events.csv is no name of a table"):
        segment(events="events.csv")
    segment(events=None)
    with refused("run.ecsv is no table of a run as --events writes it; choose another --events"):
        segment(events="run.ecsv", table="other.ecsv")
    events = Path("results/c_events.ecsv")
    events.write_text("".join(events.read_text().splitlines(keepends=True)[:-1]))
    with refused("c_events.ecsv has 2 events, but its summary tells of 3"):
        segment()
    options = ["--output", "out", "--pictures", "none", "--events", "events.parquet"]
    assert status(main, "predict", "c.fits", *options) == 0
    assert parquet.read_table("out/events.parquet").num_rows == len(
        QTable.read("out/c_events.ecsv")
    )
    assert "out/events.parquet" in capsys.readouterr().out
