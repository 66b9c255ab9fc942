"""``ccdseg predict``: the events that it writes, energies by a detector, changes of the mask."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from astropy.table import QTable

from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.cli.commands import predict
from ccdseg.detector import DAMIC
from ccdseg.events import find_events
from ccdseg.fits_io import read_frame
from ccdseg.identification import PARTICLES
from tests.command_line import said, status

CLUSTER = CLASSES["cluster"].index
MODEL = ["--model", "tiny", "--output", "results"]


class Bright:
    """A segmenter that calls every pixel far above the median a cluster."""

    name = "bright"
    classes = CLASSES

    def predict(self, image, **_options):
        self.mask = np.where(image > np.median(image) + 8, CLUSTER, 0).astype(np.uint8)
        return self


@pytest.fixture
def bright(workplace, monkeypatch):
    """Segment by brightness: which pixels are clusters is known then."""
    monkeypatch.setattr(predict, "chosen_model", lambda _: Bright())
    return workplace


def skipper(shape=(120, 150), *, gain=1.5, seed=0):
    """Image whose pixels gather at whole numbers of electrons, with five hits of 400 e⁻."""
    rng = np.random.default_rng(seed)
    charge = rng.poisson(0.4, shape).astype(float)
    for row, column in ((20, 30), (60, 31), (90, 100), (40, 120), (100, 40)):
        charge[row - 1 : row + 2, column - 1 : column + 2] += 400 / 9
    return (gain * (charge + rng.normal(0, 0.15, shape)) - 37).astype(np.float32)


def write(path, *images):
    hdus = [fits.ImageHDU(image, name=f"CCD_{i}") for i, image in enumerate(images)]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)


@pytest.mark.usefixtures("bright")
def test_the_gain_is_read_off_the_frame():
    write("a.fits", skipper(gain=1.5), skipper(gain=1.3, seed=1))
    assert status(main, "predict", "a.fits", "--detector", "auto", *MODEL) == 0
    summary = json.loads(Path("results/a_summary.json").read_text())
    for hdu, gain in zip(summary["hdus"], (1.5, 1.3), strict=True):
        assert hdu["events"] == 5
        assert hdu["detector"]["gain"] == pytest.approx(gain, rel=0.01)
        assert hdu["detector"]["pedestal"] == pytest.approx(-37, abs=0.05)
        assert hdu["detector"]["noise"] == pytest.approx(0.15 * gain, rel=0.1)
    events = QTable.read("results/a_events.ecsv")
    assert list(events["hdu"]) == ["CCD_0"] * 5 + ["CCD_1"] * 5
    assert events["charge"].to_value(u.electron) == pytest.approx(400, rel=0.05)
    assert events["energy"].to_value(u.keV) == pytest.approx(400 * 3.749e-3, rel=0.05)
    assert set(events["particle"]) <= set(PARTICLES)
    assert np.all(events["depth"].to_value(u.um) <= 675)
    assert events.meta["detectors"]["CCD_1"] == summary["hdus"][1]["detector"]
    assert (events.meta["file"], events.meta["model"]) == ("a.fits", "bright")


@pytest.mark.usefixtures("bright")
def test_a_frame_without_peaks_has_no_energies_and_says_so(capsys):
    rng = np.random.default_rng(3)
    flat = rng.normal(500, 1, (120, 150)).astype(np.float32)
    flat[50:53, 60:63] += 100
    write("a.fits", skipper(), flat)
    assert status(main, "predict", "a.fits", "--detector", "auto", *MODEL) == 0
    (line,) = [line for line in said(capsys.readouterr().err) if "warning" in line]
    assert re.match(r"warning: a.fits, CCD_1: no peaks of single electrons .* --detector", line)
    events = QTable.read("results/a_events.ecsv")
    assert np.isnan(events["energy"][events["hdu"] == "CCD_1"]).tolist() == [True]
    assert np.isfinite(events["energy"][events["hdu"] == "CCD_0"]).all()
    assert events["particle"][events["hdu"] == "CCD_1"].mask.all()
    summary = json.loads(Path("results/a_summary.json").read_text())
    assert summary["hdus"][1]["detector"]["gain"] is None
    assert summary["hdus"][1]["detector"]["noise"] == pytest.approx(1, rel=0.05)


@pytest.mark.usefixtures("bright")
@pytest.mark.parametrize("detector", ["damic", "mine.toml"])
def test_a_detector_is_taken_by_name_or_from_a_file(detector):
    write("a.fits", skipper())
    Path("mine.toml").write_text('name = "mine"\npedestal = 0.0\nread_noise = 1.0\ngain = 3.0\n')
    gain = {"damic": DAMIC.gain, "mine.toml": 3.0}[detector]
    assert status(main, "predict", "a.fits", "--detector", detector, *MODEL) == 0
    events = QTable.read("results/a_events.ecsv")
    expected = events["signal"].to_value(u.adu) / gain
    np.testing.assert_allclose(events["charge"].to_value(u.electron), expected)
    assert events.meta["detectors"]["CCD_0"]["gain"] == gain


@pytest.mark.usefixtures("bright")
def test_the_table_in_the_mask_file_is_that_of_the_text_file():
    write("a.fits", skipper())
    assert status(main, "predict", "a.fits", "--detector", "damic", *MODEL) == 0
    text = QTable.read("results/a_events.ecsv")
    binary = QTable.read("results/a_mask.fits", hdu="EVENTS", character_as_bytes=False)
    assert binary.colnames == text.colnames
    for name in text.colnames:
        values = (getattr(table[name], "value", table[name]) for table in (binary, text))
        np.testing.assert_array_equal(*values)
        if name.startswith("charge"):  # FITS knows no unit electron
            assert (binary[name].unit, text[name].unit) == (None, u.electron)
        else:
            assert str(binary[name].unit or "") == str(text[name].unit or "")
        assert text[name].info.description
    with fits.open("results/a_mask.fits", checksum=True) as hdus:
        header = hdus["EVENTS"].header
        assert header["TCOMM3"] == text["row"].info.description
        number = 1 + text.colnames.index("charge")
        expected = f"[electron] {text['charge'].info.description}"
        assert header[f"TCOMM{number}"] == expected


@pytest.mark.usefixtures("bright")
def test_positions_of_a_section_are_those_of_the_whole_image():
    write("a.fits", skipper())
    assert status(main, "predict", "a.fits", "--section", "[21:60,11:80]", *MODEL) == 0
    events = QTable.read("results/a_events.ecsv")
    whole = read_frame("a.fits").data
    mask = Bright().predict(whole).mask
    expected = find_events(whole, mask)[[0, 2]]
    for name in ("row", "column", "row_min", "column_max", "peak_row"):
        np.testing.assert_allclose(events[name].value, expected[name].value, atol=0.1)
    text = Path("results/a_events.reg").read_text()
    x, y = map(float, re.search(r"^ellipse\(([\d.]+),([\d.]+)", text, re.MULTILINE).groups())
    assert (x, y) == pytest.approx((31, 21), abs=0.2)


@pytest.mark.usefixtures("bright")
def test_a_frame_without_events_leaves_all_files():
    flat = np.random.default_rng(0).normal(0, 1, (60, 70)).astype(np.float32)
    write("a.fits", flat)
    assert status(main, "predict", "a.fits", "--detector", "damic", *MODEL) == 0
    events = QTable.read("results/a_events.ecsv")
    assert len(events) == 0
    assert (events["energy"].unit, events["row"].unit) == (u.keV, u.pix)
    assert len(QTable.read("results/a_mask.fits", hdu="EVENTS")) == 0
    for name in ("events.png", "spectrum.png", "events.reg"):
        assert Path(f"results/a_{name}").is_file()


@pytest.mark.usefixtures("bright")
def test_masks_are_restricted_and_grown_when_asked(capsys):
    image = skipper()
    image[10, 60:75] += 100
    write("a.fits", image)
    options = [
        "--restrict",
        "relabel-cluster-lines",
        "--restrict",
        "limit-cluster-sizes",
        "--grow",
        "2",
    ]
    assert status(main, "predict", "a.fits", *options, *MODEL) == 0
    mask = fits.getdata("results/a_mask.fits", "CCD_0")
    assert np.all(mask[10, 60:75] == CLASSES["hot pixel"].index)
    assert mask[20, 30] == mask[20, 33] == CLUSTER
    summary = json.loads(Path("results/a_summary.json").read_text())["hdus"][0]
    assert summary["restrictions"] == [
        {"rule": "relabel cluster lines", "components": 1, "pixels": 15},
        {"rule": "limit cluster sizes", "components": 0, "pixels": 0},
    ]
    assert summary["events"] == 5
    assert "relabel cluster lines: 1 components, 15 px" in capsys.readouterr().out


@pytest.mark.usefixtures("bright")
@pytest.mark.parametrize(
    ("options", "rules"), [([], ["bridge tracks"]), (["--restrict", "none"], [])]
)
def test_tracks_are_bridged_unless_no_rule_is_wanted(options, rules):
    write("a.fits", skipper())
    assert status(main, "predict", "a.fits", *options, *MODEL) == 0
    summary = json.loads(Path("results/a_summary.json").read_text())["hdus"][0]
    assert [row["rule"] for row in summary["restrictions"]] == rules


@pytest.mark.usefixtures("bright")
def test_information_about_every_frame_is_given_once(capsys):
    write("a.fits", skipper(), skipper())
    write("b.fits", skipper())
    assert status(main, "predict", "a.fits", "b.fits", *MODEL) == 0
    assert capsys.readouterr().out.count("No detector is given") == 1
