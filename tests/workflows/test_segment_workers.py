"""Runs by several processes and by a cluster: the same results, whatever dies on the way."""

import importlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable

from benchmarks.kills import different, prove
from ccdseg.files import folder_lock
from ccdseg.images_io import read_images
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.workflows import segment_files, segment_frame
from ccdseg.workflows.segment import counts
from ccdseg.workflows.segment.results import FileResult, write_results
from ccdseg.workflows.segment.time_limit import time_limit
from tests.command_line import files
from tests.refusal import refused
from tests.workflows.test_segment import Bright, skipper

NAMES = "abcd"


@pytest.fixture
def night(tmp_path, monkeypatch):
    """Empty folder with four frames, the current one; that of c has a shape of its own."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(NAMES):
        shape = (100, 120) if name == "c" else (100, 110)
        fits.PrimaryHDU(skipper(shape, seed=number)).writeto(f"{name}.fits")
    return tmp_path


def segment(segmenter, **settings):
    settings = {"output": "results", "pictures": "none", "progress": False} | settings
    return segment_files("*.fits", segmenter, **settings)


class Deadly(Bright):
    """Kills its process at the frame of 100×120 pixels, so many times."""

    def __init__(self, n_deaths):
        self.n_deaths = n_deaths

    def predict(self, image, **_options):
        died = len(list(Path().glob("death*")))
        if image.shape == (100, 120) and died < self.n_deaths:
            Path(f"death{died}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().predict(image)


@pytest.mark.usefixtures("night")
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_file_whose_worker_dies_is_done_again():
    segment(Bright(), output="one")
    run = segment(Deadly(1), workers=2)
    assert len(list(Path().glob("death*"))) == 1
    assert not run.failed
    assert not different(Path("one"), Path("results"))
    assert not [name for name in files(Path("results")) if name.startswith(".")]


@pytest.mark.usefixtures("night")
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_file_that_kills_every_worker_is_given_up_and_the_others_go_on():
    run = segment(Deadly(9), workers=2)
    message = "c.fits cannot be segmented: its process died 3 times (out of memory, or killed)"
    assert run.failed == {Path("c.fits"): message}
    assert list(run.table["error"]) == ["", "", message, ""]
    assert {name[0] for name in files(Path("results")) if name[1] == "_"} == set("abd")


@pytest.mark.usefixtures("night")
def test_workers_tell_what_they_log(caplog):
    pixels = skipper((100, 110))
    pixels[3, 4] = np.nan
    fits.PrimaryHDU(pixels).writeto("a.fits", overwrite=True)
    Path("b.fits").write_text("no frame")
    run = segment(Bright(), workers=2)
    assert list(run.failed) == [Path("b.fits")]
    assert [record for record in caplog.messages if record.startswith("a.fits, HDU0: 1 pixels")]


@pytest.mark.usefixtures("night")
def test_a_damaged_model_ends_a_run_of_workers(model_folder, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in model_folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "network.keras").write_text("no network")
    with refused("network.keras is damaged"):
        segment(LazySegmenter(folder), workers=2)


@pytest.mark.usefixtures("night")
def test_a_loaded_model_goes_to_the_workers(model_folder):
    segmenter = Segmenter.load(model_folder)
    segment(segmenter, output="one")
    segment(segmenter, workers=2)
    assert not different(Path("one"), Path("results"))


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.mark.usefixtures("night")
def test_a_cluster_writes_the_same_results(cluster):
    segment(Bright(), output="one")
    segment(Bright(), scheduler=cluster.scheduler_address)
    assert not different(Path("one"), Path("results"))


@pytest.mark.usefixtures("night")
def test_mistakes_about_workers_are_told():
    with refused("No Dask scheduler answers at tcp://127.0.0.1:9"):
        segment(Bright(), scheduler="tcp://127.0.0.1:9")
    with refused("missing.json is no scheduler file"):
        segment(Bright(), scheduler="missing.json")
    with refused("give one of them"):
        segment(Bright(), scheduler="tcp://127.0.0.1:9", workers=2)


@pytest.mark.usefixtures("night")
def test_runs_into_one_folder_at_a_time_keep_all_results():
    def begin(*names):
        segment_files(names, Bright(), output="results", pictures="none", progress=False)

    halves = (("a.fits", "b.fits"), ("c.fits", "d.fits"))
    with ThreadPoolExecutor() as pool:
        for run in [pool.submit(begin, *names) for names in halves]:
            run.result()
    expected = [f"{name}.fits" for name in NAMES]
    assert list(QTable.read("results/counts.ecsv")["file"]) == expected
    tables = [QTable.read(path) for path in Path("results").glob("run*.ecsv")]
    assert sorted(path for table in tables for path in table["path"]) == expected


@pytest.mark.usefixtures("night")
def test_results_and_tables_wait_for_the_lock_of_the_folder():
    (frame,) = read_images("a.fits")
    result = segment_frame(frame, Bright())
    Path("results").mkdir()
    with ThreadPoolExecutor() as pool:
        with folder_lock(Path("results")):
            writing = pool.submit(result.write, "results", pictures="none")
            time.sleep(1)
            assert not list(Path("results").glob("a_*"))
        writing.result()
        with folder_lock(Path("results")):
            tables = pool.submit(counts.write, Path("results"))
            time.sleep(0.5)
            assert not tables.done()
        assert len(tables.result()) == 1


@pytest.mark.usefixtures("night")
def test_a_table_of_a_run_that_ended_meanwhile_is_kept(caplog):
    class Slow(Bright):
        def predict(self, image, **_options):
            if image.shape == (100, 120):
                segment_files("d.fits", Bright(), output="results", pictures="none")
            return super().predict(image)

    segment_files("[abc].fits", Slow(), output="results", pictures="none", progress=False)
    assert list(QTable.read("results/run.ecsv")["path"]) == ["d.fits"]
    assert list(QTable.read("results/run-2.ecsv")["path"]) == ["a.fits", "b.fits", "c.fits"]
    assert "run.ecsv is of another run meanwhile; this one's is" in caplog.text


@pytest.mark.usefixtures("night")
def test_the_same_results_of_another_run_are_taken_and_others_refused():
    (frame,) = read_images("a.fits")
    first, other = segment_frame(frame, Bright()), segment_frame(frame, Bright(), grow=2)
    writing = {
        "pictures": "none",
        "colours": "original",
        "find": None,
        "clean": False,
        "dq": False,
        "report": False,
        "overwrite": False,
    }
    write_results(FileResult((first,)), Path("results"), **writing)
    before = files(Path("results"))
    write_results(FileResult((first,)), Path("results"), **writing)
    with refused("exists already"):
        write_results(FileResult((other,)), Path("results"), **writing)
    assert files(Path("results")) == before
    Path("results/a_mask.fits").unlink()  # killed while its results were moved
    write_results(FileResult((other,)), Path("results"), **writing)
    assert set(files(Path("results"))) == set(before)


def test_the_time_limit_holds_on_any_thread():
    def spin(seconds):
        with time_limit(0.2):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                pass
        return True

    with ThreadPoolExecutor(max_workers=1) as pool:
        assert pool.submit(spin, 0.01).result()
        with pytest.raises(TimeoutError, match=r"it took longer than 0\.2 s"):
            pool.submit(spin, 60).result()
        assert pool.submit(time.sleep, 0.3).result() is None


def test_an_import_is_done_before_the_time_limit_interrupts_it(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("slow_one", "slow_two"):
        Path(tmp_path, f"{name}.py").write_text("import time\ntime.sleep(0.5)\nWHOLE = True\n")

    def load(name):
        with time_limit(0.1):
            importlib.import_module(name)
            for _ in range(1000):
                time.sleep(0.01)

    with pytest.raises(TimeoutError):
        load("slow_one")
    with ThreadPoolExecutor(max_workers=1) as pool, pytest.raises(TimeoutError):
        pool.submit(load, "slow_two").result()
    assert sys.modules["slow_one"].WHOLE
    assert sys.modules["slow_two"].WHOLE


def test_the_time_limit_holds_in_a_module_that_is_imported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    Path(tmp_path, "long_analysis.py").write_text(
        "import time\nfrom ccdseg.workflows.segment.time_limit import time_limit\n"
        "with time_limit(0.1):\n    time.sleep(10)\n"
    )
    with pytest.raises(TimeoutError):
        importlib.import_module("long_analysis")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_two_hundred_frames_survive_the_death_of_workers():
    runs = list(prove(200))
    assert [run.n_killed for run in runs] == [0, 1, 1]
    for run in runs:
        assert run.n_frames == 200
        assert not run.different
        assert run.seconds_again < run.seconds
