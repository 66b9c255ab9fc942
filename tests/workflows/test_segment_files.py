"""Runs over many files: what fails, what is left out, and the table of the run."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable
from pyarrow import parquet

from ccdseg.detector import DAMIC
from ccdseg.files import _stage_prefix
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.workflows import segment_files
from tests.command_line import files
from tests.refusal import refused
from tests.workflows.test_segment import CLUSTER, Bright, skipper

RESULTS = ("mask.fits", "events.ecsv", "events.reg", "summary.json")


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Empty folder with the frames a, b and c, the current one."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate("abc"):
        fits.PrimaryHDU(skipper((100, 110), seed=number)).writeto(f"{name}.fits")
    return tmp_path


def segment(images="*.fits", segmenter=None, **settings):
    settings = {"output": "results", "pictures": "none", "progress": False} | settings
    return segment_files(images, segmenter or Bright(), **settings)


def results_of(names):
    return {f"{name}_{kind}" for name in names for kind in RESULTS} | {"counts.ecsv", "run.ecsv"}


class Failing(Bright):
    """Fails at the frame of 30×40 pixels."""

    def __init__(self, error):
        self.error = error

    def predict(self, image, **_options):
        if image.shape == (30, 40):
            raise self.error
        return super().predict(image)


def write_other():
    fits.PrimaryHDU(np.zeros((30, 40), np.float32)).writeto("b.fits", overwrite=True)


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "b.fits cannot be segmented: MemoryError"),
        (KeyError("x"), "b.fits cannot be segmented: KeyError: 'x'"),
        (RuntimeError("first\nsecond"), "b.fits cannot be segmented: RuntimeError: first"),
    ],
)
def test_whatever_one_file_raises_the_others_go_on(caplog, error, message):
    write_other()
    run = segment(segmenter=Failing(error))
    assert run.failed == {Path("b.fits"): message}
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [message]
    assert set(files(Path("results"))) == results_of("ac")
    table = QTable.read("results/run.ecsv")
    assert list(table["path"]) == ["a.fits", "b.fits", "c.fits"]
    assert table["error"].filled("").tolist() == ["", message, ""]


@pytest.mark.usefixtures("night")
def test_an_interrupt_ends_the_run():
    write_other()
    with pytest.raises(KeyboardInterrupt):
        segment(segmenter=Failing(KeyboardInterrupt()))
    assert set(files(Path("results"))) == {f"a_{kind}" for kind in RESULTS}


@pytest.mark.usefixtures("night")
def test_a_damaged_model_ends_the_run_at_once(model_folder, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in model_folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "network.keras").write_text("no network")
    with refused("network.keras is damaged"):
        segment(segmenter=LazySegmenter(folder))


@pytest.mark.usefixtures("night")
def test_a_table_tells_of_every_image():
    pixels = skipper((100, 110))
    pixels[0, :4] = np.nan
    fits.PrimaryHDU(pixels).writeto("a.fits", overwrite=True)
    table = segment(detector="damic", section="[1:90,1:80]").table
    assert list(table["path"]) == ["a.fits", "b.fits", "c.fits"]
    assert set(table["section"]) == {"[1:90,1:80]"}
    assert table["rows"].unit == u.pix
    assert table["rows"].value.tolist() == [80] * 3
    assert table["columns"].value.tolist() == [90] * 3
    assert table["n_not_finite"].value.tolist() == [4, 0, 0]
    assert table["gain"].unit == u.adu / u.electron
    assert set(table["gain"].value) == {DAMIC.gain}
    np.testing.assert_allclose(table["noise"].to_value(u.adu), DAMIC.noise)
    for row in table:
        mask = fits.getdata(f"results/{row['path'].replace('.', '_mask.')}")
        assert row["percent_cluster"] == pytest.approx(100 * np.mean(mask == CLUSTER), abs=1e-4)
        assert row["n_events"] == len(QTable.read(f"results/{row['path'][0]}_events.ecsv"))
        assert (row["model"], row["error"], row["date"][:2]) == ("bright", "", "20")
    written = QTable.read("results/run.ecsv")
    assert written.colnames == table.colnames
    np.testing.assert_array_equal(written["percent_cluster"], table["percent_cluster"])


@pytest.mark.usefixtures("night")
def test_a_killed_run_is_taken_up():
    segment(["a.fits", "b.fits"])
    Path("results/b_mask.fits").unlink()  # killed while its results were moved
    Path("results/run.ecsv").unlink()
    before = files(Path("results"))
    with refused("a_mask.fits exists already"):
        segment()
    run = segment(skip_existing=True)
    after = files(Path("results"))
    assert set(after) == results_of("abc")
    assert all(after[f"a_{kind}"] == before[f"a_{kind}"] for kind in RESULTS)
    assert list(run.table["path"]) == ["a.fits", "b.fits", "c.fits"]
    assert run.n_files == 3
    again = segment(skip_existing=True, segmenter=Failing(AssertionError()))
    assert not again.failed
    assert all(files(Path("results"))[name] == after[name] for name in after if name[1] == "_")


@pytest.mark.usefixtures("night")
def test_results_of_another_file_or_model_are_not_taken_for_those_of_this_one():
    segment("a.fits")
    Path("other").mkdir()
    fits.PrimaryHDU(skipper((100, 110), seed=9)).writeto("other/a.fits")
    other = Bright()
    other.name = "other"
    for images, segmenter in (("other/a.fits", Bright()), ("a.fits", other)):
        with refused("a_mask.fits exists already"):
            segment(images, segmenter, skip_existing=True)
    with refused("2 images would all write results/a_…: a.fits, other/a.fits"):
        segment(["a.fits", "other/a.fits"], skip_existing=True)


class Sleepy(Bright):
    def predict(self, image, **options):
        time.sleep(30 if image.shape == (30, 40) else 0)
        return super().predict(image, **options)


@pytest.mark.usefixtures("night")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs alarms")
def test_a_file_that_takes_too_long_is_given_up():
    write_other()
    start = time.monotonic()
    run = segment("b.fits", segmenter=Sleepy(), time_limit=3)
    assert time.monotonic() - start < 25
    message = "b.fits cannot be segmented: TimeoutError: it took longer than 3 s"
    assert run.failed == {Path("b.fits"): message}
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.usefixtures("night")
def test_files_of_others_are_never_taken_for_results():
    Path("results").mkdir()
    for name, message in {
        "b_mask.fits": "b_mask.fits exists already",
        "run.ecsv": "run.ecsv is no table of a run",
        "b_summary.json": "b_summary.json exists already",
    }.items():
        path = Path("results", name)
        path.write_text("precious")
        with refused(message):
            segment(skip_existing=True)
        assert files(Path("results")) == {name: b"precious"}
        path.unlink()


@pytest.mark.usefixtures("night")
def test_temporary_folders_of_a_killed_process_are_removed():
    segment("a.fits")
    dead = Path("results", f"{_stage_prefix(2**22 + 1)}abc")
    alive = Path("results", f"{_stage_prefix(1)}abc")
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "file").touch()
    segment("b.fits")
    assert not dead.exists()
    assert alive.exists()


@pytest.mark.usefixtures("night")
def test_a_list_names_files_folders_and_patterns():
    Path("more").mkdir()
    Path("c.fits").rename("more/c.fits")
    Path("list.txt").write_text("# frames\na.*\n\n  more \n")
    assert list(segment("@list.txt").table["path"]) == ["a.fits", "more/c.fits"]
    Path("b.fits").rename("@b.fits")
    assert list(segment("@b.fits").table["path"]) == ["@b.fits"]
    Path("empty.txt").write_text("# nothing\n")
    for name, message in {
        "@missing.txt": "The list missing.txt cannot be read",
        "@empty.txt": "The list empty.txt names no image",
    }.items():
        with refused(message):
            segment(name)


@pytest.mark.usefixtures("night")
def test_results_of_other_processes_are_those_of_one():
    settings = {"pictures": "events", "find": "cluster"}
    Path("c.fits").unlink()
    for name in "ab":
        segment(f"{name}.fits", output="one", **settings)
    segment(output="many", **settings)
    one, many = files(Path("one")), files(Path("many"))
    assert set(one) == set(many)
    dated = ("summary.json", "mask.fits", "run.ecsv")
    assert all(one[name] == many[name] for name in one if not name.endswith(dated))
    for name in "ab":
        summaries = [json.loads(content[f"{name}_summary.json"]) for content in (one, many)]
        assert summaries[0]["results"] == summaries[1]["results"]


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("n_processes", [0, 2])
def test_what_cannot_be_written_is_named(monkeypatch, n_processes):
    number = "ccdseg.workflows.segment.running.one_process._count_writers"
    monkeypatch.setattr(number, lambda *_, **__: n_processes)
    write_other()

    class Whole(Bright):
        def predict(self, image, **_options):
            mask = np.full(image.shape, CLUSTER, np.uint8)
            self.mask = mask if image.shape == (30, 40) else super().predict(image).mask
            return self

    run = segment(segmenter=Whole(), clean=True)
    assert list(run.failed) == [Path("b.fits")]
    assert "b.fits, HDU0: Every pixel is masked" in run.failed[Path("b.fits")]
    assert not [name for name in files(Path("results")) if name.startswith((".", "b_"))]


@pytest.mark.usefixtures("night")
def test_many_files_are_not_drawn_unless_asked_for(monkeypatch, caplog):
    monkeypatch.setattr("ccdseg.workflows.segment.pictures._MANY_FILES", 2)
    caplog.set_level("INFO")
    segment(pictures=None)
    assert set(files(Path("results"))) == results_of("abc")
    assert "3 images: no pictures are drawn; --pictures all draws them." in caplog.messages


@pytest.mark.usefixtures("night")
def test_an_output_that_cannot_be_written_is_refused():
    with refused(
        "run.csv is no name of a table; give one that ends on .ecsv, .parquet, .h5 or .root"
    ):
        segment(table="run.csv")
    with refused("'a.fits' is a file, no folder"):
        segment(output="a.fits/new")


@pytest.mark.usefixtures("night")
def test_a_table_can_be_parquet():
    for _ in range(2):  # the table of the first run is replaced
        run = segment(table="run.parquet", skip_existing=True)
    table = parquet.read_table("results/run.parquet")
    assert table.column_names == run.table.colnames
    assert table["path"].to_pylist() == ["a.fits", "b.fits", "c.fits"]
    assert table["n_events"].to_pylist() == run.table["n_events"].tolist()
    Path("results/run.parquet").write_text("precious")
    with refused("run.parquet is no table of a run"):
        segment(table="run.parquet", skip_existing=True)


@pytest.mark.usefixtures("night")
def test_parquet_needs_its_package(monkeypatch):
    monkeypatch.setattr("ccdseg.workflows.segment.run_tables.table_file.find_spec", lambda _: None)
    with refused("run.parquet needs the package pyarrow; install ccdseg"):
        segment(table="run.parquet")


SLOW_RUN = """
import time
from ccdseg.workflows import segment_files
from tests.workflows.test_segment import Bright

class Slow(Bright):
    def predict(self, image, **options):
        time.sleep(0.5)
        return super().predict(image)

segment_files("*.fits", Slow(), output="results", pictures="none", progress=False)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_run_that_was_really_killed_is_taken_up(night):
    segment(output="whole")
    run = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", SLOW_RUN],
        cwd=night,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    while not Path("results/a_summary.json").exists():
        assert run.poll() is None
        time.sleep(0.02)
    run.kill()
    assert run.wait() == -signal.SIGKILL
    assert not Path("results/run.ecsv").exists()
    segment(skip_existing=True)
    found, expected = files(Path("results")), files(Path("whole"))
    assert set(found) == set(expected)
    dated = ("summary.json", "mask.fits", "run.ecsv")
    assert all(found[name] == expected[name] for name in found if not name.endswith(dated))
    for name in "abc":
        masks = (fits.getdata(f"{folder}/{name}_mask.fits") for folder in ("results", "whole"))
        np.testing.assert_array_equal(*masks)
