"""Spectrum of runs: what is read, selected, divided by, and written."""

import re
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable

from ccdseg.cli import main
from ccdseg.detector import DAMIC_M
from ccdseg.workflows import spectrum
from ccdseg.workflows.segment.run_tables.formats import FORMATS
from ccdseg.workflows.segment.run_tables.tables import RunTables
from tests.command_line import status
from tests.refusal import refused
from tests.workflows.test_segment import skipper

KG_DAY = u.kg * u.day


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run_of(names=("a.fits", "b.fits"), *, exposures=(0.5, 0.25), suffix=".parquet"):
    """File of a run: each image has events of 1, 2, … 10 keV, every other one a muon."""
    n = len(names)
    events = QTable({"path": np.repeat(names, 10), "hdu": np.full(10 * n, "HDU0")})
    events["energy"] = np.tile(np.arange(1.0, 11), n) * u.keV
    events["particle"] = np.tile(["muon", "point-like"], 5 * n)
    frames = QTable({"path": list(names), "hdu": ["HDU0"] * n})
    frames["live_exposure"] = exposures * KG_DAY
    frames["live_mass"] = np.ones(n) * u.kg
    frames["noise"], frames["gain"] = np.full(n, 0.3) * u.adu, np.full(n, 1.5) * u.adu / u.electron
    path = Path(f"{names[0]}{suffix}")
    FORMATS[suffix].write(path, RunTables(events, frames))
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".h5", ".root", ".ecsv"])
def test_all_formats_give_the_same_rates(suffix):
    where = "particle == 'point-like' and energy < 7 keV"
    result = spectrum(run_of(suffix=suffix), where=where, n_bins=2, limits=(0, 8))
    assert result.exposure == 0.75 * KG_DAY
    assert result.table["n_events"].tolist() == [2, 4]
    np.testing.assert_allclose(result.table["rate"].value, np.array([2, 4]) / 4 / 0.75)


def test_frames_choose_events_and_exposure_and_events_leave_it(caplog):
    chosen = spectrum([run_of(), run_of(("c.fits",), exposures=(2,))], frames="path != 'a.fits'")
    assert (len(chosen.selection.events), chosen.exposure) == (20, 2.25 * KG_DAY)
    assert not caplog.records
    cut = spectrum(run_of(), where="path == 'a.fits'")
    assert (len(cut.selection.events), cut.exposure) == (10, 0.75 * KG_DAY)
    assert "--frames chooses frames" in caplog.text


def test_an_efficiency_corrects_and_is_written():
    QTable({"energy": [1, 2000] * u.eV, "efficiency": [0.5, 0.5]}).write("efficiency.ecsv")
    Path("plain.csv").write_text("energy,efficiency\n0.001,0.5\n2,0.5\n")
    for name in ("efficiency.ecsv", "plain.csv"):
        table = spectrum(run_of(), efficiency=name, n_bins=1, limits=(1, 11)).table
        np.testing.assert_allclose(table["corrected"], 2 * table["rate"])


def test_of_a_physics_report_the_nearest_noise_is_taken():
    settings = [(noise, width) for noise in (0.2, 1.6) for width in (0.4, 1.0)]
    rows = [(n, w, e, e / 20 + w / 10 if n < 1 else 0.9) for n, w in settings for e in (1, 10)]
    report = QTable(rows=rows, names=("noise", "width", "energy", "network"))
    report["energy"].unit, report["noise"].unit = u.keV, u.electron
    QTable(report).write("detection.ecsv")
    table = spectrum(run_of(), efficiency="detection.ecsv", n_bins=1, limits=(1, 10)).table
    assert table["efficiency"][0] == pytest.approx(5.5 / 20 + 0.07, rel=1e-3)


def test_the_command_writes_a_picture_and_the_same_table(capsys):
    options = ["--where", "energy < 4 keV", "--limits", "0", "4", "--bins", "4", "-o", "s.png"]
    assert status(main, "spectrum", run_of(), *options) == 0
    table = QTable.read("s.ecsv")
    assert table["n_events"].tolist() == [0, 2, 2, 2]
    assert table.meta["exposure_kg_day"] == 0.75
    assert table.meta["where"] == "energy < 4 keV"
    assert Path("s.png").stat().st_size > 10000
    assert "6 selected events of 2 frames, 0.75 kg day" in capsys.readouterr().out
    assert status(main, "spectrum", "a.fits.parquet", "-o", "s.ecsv") == 2
    assert "s.png exists already" in capsys.readouterr().err


def test_a_run_draws_it_in_the_same_command(capsys):
    header = fits.Header({"EXPTIME": 7200.0})
    fits.PrimaryHDU(skipper(), header=header).writeto("a.fits")
    fits.PrimaryHDU(skipper(seed=1)).writeto("b.fits")
    options = ["--detector", "damic-m", "--pictures", "none", "--spectrum", "--skip-existing"]
    assert status(main, "predict", "a.fits", *options) == 2
    assert "--spectrum is drawn of the events of --events FILE" in capsys.readouterr().err
    options += ["--events", "run.parquet"]
    assert status(main, "predict", "a.fits", *options) == 0
    folder = Path("segmentation")
    drawn = QTable.read(folder / "run_spectrum.ecsv")
    assert drawn["n_events"].sum() == len(QTable.read(folder / "a_events.ecsv"))
    mass = 120 * 150 * DAMIC_M.pixel_mass
    n_live = QTable.read(folder / "run.ecsv")["live_pixels"][0].value
    exposure = mass * n_live / (120 * 150) * 7200 / 86400
    assert drawn.meta["exposure_kg_day"] == pytest.approx(exposure)
    assert status(main, "predict", "b.fits", *options, "--overwrite", "--output", "b") == 1
    assert "its exposure time is not known" in capsys.readouterr().err
    assert Path("b/run.parquet").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"where": "energi < 1 keV"}, "there is no column 'energi'; near ones are energy."),
        ({"frames": "path == 'z'"}, "No frame of 2 fulfils"),
        ({"output": "s.pdf"}, "s.pdf is no name of a spectrum"),
        ({"efficiency": "none.csv"}, "No file none.csv"),
        ({"efficiency": "bad.csv"}, "bad.csv has the columns a, b; an efficiency needs energy"),
        ({"efficiency": "more.csv"}, "more.csv: an efficiency is a share from 0 to 1"),
        ({"exposure": 0.0}, "a rate needs one above 0"),
    ],
)
def test_mistakes_are_one_line(change, told):
    Path("bad.csv").write_text("a,b\n1,2\n")
    Path("more.csv").write_text("energy,efficiency\n1,2\n")
    with refused(re.escape(told)):
        spectrum(run_of(), **change)


def test_an_exposure_that_is_not_known_is_told_or_given():
    run = run_of(exposures=(0.5, np.nan))
    with refused("of 1 of 2 frames is not known: of b.fits, HDU0, its exposure time is not known"):
        spectrum(run)
    assert spectrum(run, exposure=3.0).exposure == 3 * KG_DAY
    with refused("a.fits, HDU0 is in the tables twice"):
        spectrum([run, run])
    FORMATS[".parquet"].write(Path("old.parquet"), RunTables(QTable({"path": ["a"]})))
    with refused("old.parquet has no frames beside its events"):
        spectrum("old.parquet")
