"""A detector calibrated with frames, from files to a detector file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg import workflows
from ccdseg.cli import main
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.simulation.particles import deposit, point, xray_depth
from tests.command_line import status
from tests.refusal import refused as raises
from tests.workflows.test_segment_quality import Peaks

CCD = replace(DAMIC_M, diffusion_a=203.0, diffusion_b=1.37e-3)


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write_xrays(path, *, rng, n=100):
    """A frame of X-rays of 5.9 keV at the back face, 30 px apart."""
    shape = (300, 300)
    charge = np.zeros(shape)
    depths = xray_depth(np.full(n, 5.9), "back", thickness=CCD.thickness, rng=rng)
    for number, depth in enumerate(depths):
        row, column = 15 + 30 * np.array(divmod(number, 10)) + rng.uniform(0, 1, 2)
        path_in_silicon = point(5.9, depth, detector=CCD)
        pixel = CCD.pixel_size
        moved = path_in_silicon.positions + np.array([column * pixel, row * pixel, 0.0])
        hit = deposit(replace(path_in_silicon, positions=moved), detector=CCD, rng=rng)
        charge[hit.rows, hit.columns] += hit.drawn
    image = CCD.gain * charge + rng.normal(0, CCD.noise, shape)
    fits.writeto(path, image.astype(np.float32))


def test_xrays_of_frames_become_a_detector_file():
    rng = np.random.default_rng(5)
    for number in range(2):
        write_xrays(f"{number}.fits", rng=rng)
    found = workflows.calibrate(
        ["0.fits", "1.fits"], Peaks(), output="ccd.toml", detector=DAMIC_M, thickness=675.0
    )
    assert found.diffusion.uses_xrays
    assert found.n_tracks == 0
    read = Detector.load("ccd.toml")
    assert read.thickness == 675.0
    assert (read.gain, read.name) == (DAMIC_M.gain, DAMIC_M.name)
    for name in ("diffusion_a", "diffusion_b"):
        assert getattr(read, name) == pytest.approx(getattr(found.detector, name), rel=1e-4)
        away = getattr(read, name) - getattr(CCD, name)
        assert abs(away) < 4 * found.diffusion.errors[name] < 0.5 * getattr(CCD, name)
    assert "# diffusion_a: " in Path("ccd.toml").read_text(encoding="utf-8")
    assert Path("ccd_diffusion.png").read_bytes().startswith(b"\x89PNG")
    with raises("ccd.toml exists already"):
        workflows.calibrate("0.fits", Peaks(), output="ccd.toml", detector=DAMIC_M)


def test_a_frame_without_gain_or_particles_is_refused():
    fits.writeto("empty.fits", np.random.default_rng(0).normal(0, 5, (80, 80)).astype(np.float32))
    with raises("empty.fits.*gain is not known"):
        workflows.calibrate("empty.fits", Peaks())
    with raises("too few"):
        workflows.calibrate("empty.fits", Peaks(), detector="damic-m", output="ccd.toml")
    assert not list(Path().glob("*ccd*"))


def test_the_command_refuses_before_it_segments(capsys):
    assert status(main, "calibrate", "none.fits", "--thickness", "-3") == 2
    assert "-3" in capsys.readouterr().err
    Path("detector.toml").write_text("", encoding="utf-8")
    assert status(main, "calibrate", "none.fits") == 2
    assert "--overwrite" in capsys.readouterr().err
