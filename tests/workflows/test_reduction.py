"""From simulated raw exposures to frames, and on to energies."""

import json
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable

from ccdseg import workflows
from ccdseg.cli import main
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.detector.image_section import parse_section
from ccdseg.evaluation import EventMatch, match_events
from ccdseg.fits_io import read_frame, read_frames
from ccdseg.simulation import RawReadout, load_events
from tests.command_line import status
from tests.refusal import refused
from tests.workflows.test_segment_units import Bright

READOUT = RawReadout(layout=(1, 2), n_samples=80, prescan=4, overscan=24)
NOISES = [noise / 80**0.5 for noise in READOUT.read_noises[:2]]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Two raw exposures of 96 rows and 2 × 60 columns."""
    return workflows.simulate_raw(
        tmp_path_factory.mktemp("raw"), n_exposures=2, shape=(96, 120), readout=READOUT, seed=3
    )


@pytest.fixture(scope="module")
def reduced(raw):
    return workflows.reduce_file(raw.exposures[0], detector=raw.detector)


def test_charges_come_back(raw, reduced):
    (frame,) = reduced.frames
    assert frame.data.shape == (96, 120)
    assert frame.n_samples == 80
    (events,) = load_events(raw.exposures[0].with_name("exposure_001_deposits.npz"))
    particles = events.charge_map((96, 120), drawn=True)
    for one in frame.amplifiers:
        part = parse_section(one.section)
        residual = frame.data[part] / one.gain - particles[part]
        assert abs(np.percentile(residual, 30)) < 0.25  # pixels without dark charge
        bright = particles[part] > 200
        assert np.median(residual[bright] / particles[part][bright]) == pytest.approx(0, abs=0.01)


def test_noise_of_each_amplifier_falls_as_the_square_root(reduced):
    (frame,), (curves,) = reduced.frames, reduced.noise
    assert [one.read_noise for one in frame.amplifiers] == pytest.approx(NOISES, rel=0.06)
    assert list(curves) == ["A", "B"]
    for curve, noise in zip(curves.values(), READOUT.read_noises, strict=False):
        assert curve.single == pytest.approx(noise, rel=0.06)
        assert curve.follows
        assert curve.n_samples[0] == 1
        assert curve.n_samples[-1] == 80


def test_the_deviation_of_the_samples_is_that_of_one(reduced):
    (frame,) = reduced.frames
    for one, noise in zip(frame.amplifiers, READOUT.read_noises, strict=False):
        spread = np.median(frame.deviation[parse_section(one.section)])
        assert spread == pytest.approx(noise, rel=0.03)


def test_gains_are_estimated_and_shared_by_all_files(raw, tmp_path):
    run = workflows.reduce_files(raw.exposures, output=tmp_path, detector="auto", progress=False)
    gains = [[one.gain for one in read_frame(path).amplifiers] for path in run.frames]
    assert gains[0] == gains[1] == pytest.approx(READOUT.gains[:2], rel=0.015)


def test_a_written_frame_is_read_with_all_that_is_known(reduced, tmp_path):
    path = reduced.write(tmp_path)
    (frame,) = read_frames(path)
    np.testing.assert_array_equal(frame.data, reduced.frames[0].data)
    assert [one.name for one in frame.amplifiers] == ["A", "B"]
    assert [one.readout for one in frame.amplifiers] == ["lower left", "lower right"]
    assert (frame.facts.exposure, frame.facts.start) == (600.0, "2025-01-01T00:00:00")
    assert frame.saturation == pytest.approx(65535 - 1180, abs=10)
    with fits.open(path) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "CCD", "CCD_STD"]
        history = "".join(hdus["CCD"].header["HISTORY"])
        assert not {"NSAMP", "DATASECA", "BIASSECA"} & set(hdus["CCD"].header)
    assert "Mean of 80 samples per pixel." in history
    assert "24 columns of overscan, row, subtracted" in history
    summary = json.loads((tmp_path / "exposure_001_reduction.json").read_text())
    (first, _) = summary["images"][0]["amplifiers"]
    assert first["noise_falls_up_to"] == 80
    assert first["noise_adu"]["1"] == pytest.approx(READOUT.read_noises[0], rel=0.06)
    assert (tmp_path / "exposure_001_noise.png").stat().st_size > 10_000
    with refused("exists already"):
        reduced.write(tmp_path)


def test_adu_and_electrons_give_the_same_energies(raw, tmp_path):
    energies = []
    for unit in ("adu", "electron"):
        reduced = workflows.reduce_file(raw.exposures[0], detector=raw.detector, unit=unit)
        frame = read_frame(reduced.write(tmp_path / unit))
        energies.append(workflows.segment_frame(frame, Bright()).events["energy"].value)
    assert len(energies[0]) > 3
    np.testing.assert_allclose(*energies, rtol=1e-3, atol=5e-4)


def test_single_strips_and_the_median_and_skipped_samples(raw):
    skipped = workflows.reduce_file(raw.exposures[0], skip=20, method="median", overscan="spline")
    (frame,) = skipped.frames
    assert frame.n_samples == 60
    assert frame.history[0] == "Median of 80 samples per pixel, the first 20 left out."
    assert abs(np.median(frame.data)) < 0.5


def test_a_file_that_fails_is_named_and_the_others_go_on(raw, tmp_path, caplog):
    broken = tmp_path / "broken.fits"
    fits.PrimaryHDU(np.ones((4, 10), np.uint16), fits.Header({"NSAMP": 3})).writeto(broken)
    run = workflows.reduce_files(
        [broken, raw.exposures[1]], output=tmp_path / "out", progress=False
    )
    assert [path.name for path in run.frames] == ["exposure_002_reduced.fits"]
    assert "broken.fits, HDU0: 3 samples of a pixel do not divide" in run.failed[broken]
    assert "broken.fits" in caplog.text


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"unit": "electron"}, "CCD: The gain of amplifier A is not known; give --detector FILE"),
        ({"unit": "volt"}, "Unit 'volt'; give one of adu, electron"),
        ({"n_samples": 7}, "7 samples of a pixel do not divide the width"),
        ({"method": "mode"}, "Method 'mode'"),
        ({"overscan": "mode"}, "Overscan 'mode'"),
        ({"degree": -1}, "The degree is -1"),
        ({"skip": 80}, "80 of 80 samples are to be left out"),
    ],
)
def test_what_cannot_be_done_is_refused(raw, settings, message):
    with refused(message):
        workflows.reduce_file(raw.exposures[0], **settings)


def test_amplifiers_that_do_not_fit_are_refused(raw):
    detector = Detector.load(raw.detector)
    first, second = detector.amplifiers
    with refused("exposure_001.fits.fz, CCD: Section .* does not lie in the frame"):
        far = replace(detector, amplifiers=(first, replace(second, section="[900:999,1:96]")))
        workflows.reduce_file(raw.exposures[0], detector=far)
    with refused("The overscan .* reaches along neither all rows"):
        short = replace(first, overscan=("[65:88,1:50]",))
        workflows.reduce_file(raw.exposures[0], detector=replace(detector, amplifiers=(short,)))


def test_the_commands_go_from_raw_files_to_events(raw, tmp_path, monkeypatch, capfd, model_folder):
    monkeypatch.chdir(tmp_path)
    files, told = [str(path) for path in raw.exposures], ["--detector", str(raw.detector)]
    assert status(main, "reduce", *files, *told, "--output", "frames") == 0
    assert "amplifier A: [1:60,1:96], gain 1.25 ADU/e⁻, noise 0." in capfd.readouterr().out
    assert status(main, "reduce", *files, *told, "--output", "frames") == 2
    assert "exists already" in capfd.readouterr().err
    options = ["--model", model_folder, "--pictures", "none", "--reduce", *told]
    assert status(main, "predict", *files, *options, "--output", "out") == 0
    summary = json.loads((tmp_path / "out" / "exposure_001_reduced_summary.json").read_text())
    assert [one["gain"] for one in summary["hdus"][0]["amplifiers"]] == [1.25, 1.35]
    assert status(main, "predict", *files, *options, "--output", "out", "--skip-existing") == 0


def test_one_command_goes_from_raw_files_to_a_rate(raw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--reduce", "--detector", "auto", "--pictures", "none", "--output", "out"]
    files = [str(path) for path in raw.exposures]
    assert status(main, "predict", *files, *options, "--events", "r.parquet", "--spectrum") == 0
    run, table = workflows.read_run("out/r.parquet"), QTable.read("out/r_spectrum.ecsv")
    frames = [read_frame(f"out/reduced/{name}_reduced.fits") for name in run_names(raw)]
    gains = [[one.gain for one in frame.amplifiers] for frame in frames]
    np.testing.assert_allclose(gains, [READOUT.gains[:2]] * 2, rtol=0.02)  # of few pixels
    alive = sum(
        np.isin(fits.getdata(f"out/{name}_reduced_mask.fits", 1), (0, 3)).sum()
        for name in run_names(raw)
    )
    exposure = alive * DAMIC_M.pixel_mass * 600 / 86400
    assert table.meta["exposure_kg_day"] == pytest.approx(exposure, rel=1e-12)
    assert table["n_events"].sum() == len(run.table) > 0
    matches = []
    for path, name in zip(raw.exposures, run_names(raw), strict=True):
        (true,) = load_events(path.with_name(f"{name}_deposits.npz"))
        found = run.table[[name in one for one in run.table["path"]]]
        matches.append(match_events(true.seen_in((96, 120), pair_energy=3.749), found))
    (high,) = EventMatch.joined(matches).by_energy((1, 1e5))
    assert abs(high["bias"]) < 0.02  # as the gains


def run_names(raw):
    return [path.name.removesuffix(".fits.fz") for path in raw.exposures]


def test_trimming_moves_the_wcs(tmp_path):
    header = fits.Header({"TRIMSEC": "[11:40,3:20]", "CRPIX1": 15.0, "CRPIX2": 5.0})
    fits.PrimaryHDU(np.ones((20, 50), np.uint16), header).writeto(tmp_path / "raw.fits")
    frame = read_frame(workflows.reduce_file(tmp_path / "raw.fits").write(tmp_path))
    assert frame.data.shape == (18, 30)
    assert (frame.header["CRPIX1"], frame.header["CRPIX2"]) == (5.0, 3.0)


def test_an_image_chosen_by_number_is_reduced_and_segmented(tmp_path, monkeypatch, model_folder):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(6)
    samples = [rng.normal(1000, 5, (64, 4 * 64)).astype(np.float32) for _ in range(2)]
    hdus = [fits.ImageHDU(data, fits.Header({"NSAMP": 4})) for data in samples]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto("raw.fits")
    options = ["--model", model_folder, "--pictures", "none", "--reduce", "--hdu", "2"]
    assert status(main, "predict", "raw.fits", *options, "--output", "out") == 0
    summary = json.loads((tmp_path / "out" / "raw_reduced_summary.json").read_text())
    assert [hdu["hdu"] for hdu in summary["hdus"]] == ["HDU2"]
    frame = read_frame("out/reduced/raw_reduced.fits")
    np.testing.assert_allclose(frame.data, samples[1].reshape(64, 64, 4).mean(axis=-1), rtol=1e-6)
