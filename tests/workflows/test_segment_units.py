"""One scene in ADU and in electrons, by one amplifier and by two, gives the same energies."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits
from scipy import ndimage

from ccdseg import workflows
from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC_M
from ccdseg.detector.amplifier import Amplifier
from ccdseg.fits_io import read_frame
from ccdseg.fits_io.amplifier_keywords import write_amplifiers
from ccdseg.normalization.amplifiers import level
from tests.refusal import refused

SHAPE, EXPOSURE = (160, 200), 40.0
AMPLIFIERS = (
    Amplifier("[1:100,1:160]", "L", gain=1.3, readout="lower left"),
    Amplifier("[101:200,1:160]", "R", gain=2.6, readout="upper right"),
)
HITS = ((30, 40), (40, 150), (100, 60), (120, 170), (70, 100))  # the last one over the seam


class Bright:
    """A segmenter that calls clusters what is far above the noise of a levelled frame."""

    name = "bright"
    classes = CLASSES

    def predict(self, image, *, amplifiers, **_options):
        levelled = level(image, amplifiers)
        noise = np.median(np.abs(levelled - np.median(levelled)))
        bright = levelled > np.median(levelled) + 12 * noise
        self.mask = np.where(bright, CLASSES["cluster"].index, 0).astype(np.uint8)
        return self


@pytest.fixture(scope="module")
def charge():
    rng = np.random.default_rng(5)
    hits = np.zeros(SHAPE)
    for row, column in HITS:
        hits[row, column] = 3000
    return ndimage.gaussian_filter(hits, 0.7) + rng.normal(0, 2, SHAPE)


def gain_map():
    return np.where(np.arange(SHAPE[1]) < 100, 1.3, 2.6)


def written(folder, data, *, amplifiers=(), **cards):
    hdu = fits.PrimaryHDU(data.astype(np.float32))
    hdu.header.update(cards)
    write_amplifiers(hdu.header, amplifiers)
    hdu.writeto(folder / "frame.fits", overwrite=True)
    return read_frame(folder / "frame.fits")


def energies(frame, **choices):
    events = workflows.segment_frame(frame, Bright(), **choices).events
    return events["energy"].to_value(u.keV)


TOLD = replace(DAMIC_M, gain=1.3, amplifiers=AMPLIFIERS)
ELSEWHERE = [replace(one, section=f"[{i}:{i},1:1]") for i, one in enumerate(AMPLIFIERS, start=1)]


def test_all_units_give_the_energies_of_electrons(tmp_path, charge):
    true = np.full(5, 3000 * DAMIC_M.pair_energy / 1000)
    in_electrons = energies(written(tmp_path, charge, BUNIT="electron"))
    np.testing.assert_allclose(in_electrons, true, rtol=0.02)
    others = {
        "rate": energies(written(tmp_path, charge / 40, BUNIT="electron/s", EXPTIME=EXPOSURE)),
        "rate, told": energies(
            written(tmp_path, charge / 40, BUNIT="electron/s", EXPTIME=EXPOSURE), detector=TOLD
        ),
        "electrons, told": energies(written(tmp_path, charge, BUNIT="electron"), detector=TOLD),
        "gain of the header": energies(written(tmp_path, 1.3 * charge, GAIN=1 / 1.3)),
        "ADU per second": energies(
            written(tmp_path, 1.3 * charge / 40, BUNIT="ADU/s", GAIN=1 / 1.3, EXPTIME=EXPOSURE)
        ),
        "two amplifiers, of the header": energies(
            written(tmp_path, gain_map() * charge, amplifiers=AMPLIFIERS)
        ),
        "two amplifiers, told": energies(written(tmp_path, gain_map() * charge), detector=TOLD),
        "two amplifiers, gains of the header and silicon told": energies(
            written(tmp_path, gain_map() * charge, amplifiers=AMPLIFIERS), detector=DAMIC_M
        ),
        "two amplifiers, gains told for those of the header": energies(
            written(
                tmp_path,
                gain_map() * charge,
                amplifiers=[replace(one, gain=9.0) for one in AMPLIFIERS],
            ),
            detector=replace(TOLD, amplifiers=ELSEWHERE),
        ),
    }
    for name, found in others.items():
        np.testing.assert_allclose(found, in_electrons, rtol=2e-3, err_msg=name)


def test_signals_are_in_the_unit_of_the_frame(tmp_path, charge):
    frame = written(tmp_path, charge / 40, BUNIT="electron/s", EXPTIME=EXPOSURE)
    result = workflows.segment_frame(frame, Bright())
    assert result.events["signal"].unit == u.electron / u.s
    assert result.events["signal_density"].unit == u.electron / u.s / u.pix
    summary = result.summary()
    assert summary["header"]["unit"] == "electron / s"
    assert summary["detector"] == {"name": "header", "gain": 1 / EXPOSURE}
    assert "particle" not in result.events.colnames


def test_events_carry_their_amplifier_and_their_way_to_it(tmp_path, charge):
    frame = written(tmp_path, gain_map() * charge, amplifiers=AMPLIFIERS)
    events = workflows.segment_frame(frame, Bright()).events
    assert list(events["amplifier"]) == ["L", "R", "R", "L", "R"]
    assert list(events["parallel_transfers"].value) == [31, 120, 90, 101, 40]
    assert list(events["serial_transfers"].value) == [41, 50, 100, 61, 30]


def test_a_section_of_the_frame_keeps_amplifiers_and_ways(tmp_path, charge):
    written(tmp_path, gain_map() * charge, amplifiers=AMPLIFIERS)
    frame = read_frame(tmp_path / "frame.fits", section="[121:200,11:160]")
    result = workflows.segment_frame(frame, Bright())
    assert [section.name for section in result.sections] == ["R"]
    assert list(result.events["serial_transfers"].value) == [50, 30]
    assert list(result.events["parallel_transfers"].value) == [120, 40]
    np.testing.assert_allclose(result.events["charge"].value, 3000, rtol=0.02)


def test_amplifiers_beyond_the_frame_are_refused(tmp_path, charge):
    told = replace(TOLD, amplifiers=(Amplifier("[1:300,1:160]", "far"),))
    with refused("frame.fits, HDU0, amplifier far: .*does not lie in the frame"):
        energies(written(tmp_path, charge), detector=told)


def test_single_electron_peaks_give_the_gain_of_each_amplifier(tmp_path):
    rng = np.random.default_rng(8)
    electrons = rng.poisson(0.4, SHAPE) + rng.normal(0, 0.15, SHAPE)
    pedestals = np.where(np.arange(SHAPE[1]) < 100, 0, 40)
    frame = written(tmp_path, gain_map() * electrons + pedestals)
    result = workflows.segment_frame(frame, Bright(), detector="auto", amplifiers="1x2")
    assert [one.gain for one in result.sections] == pytest.approx([1.3, 2.6], rel=0.01)
    assert result.detector.gain == result.sections[0].gain


def test_each_image_of_a_file_has_an_amplifier_of_its_own(tmp_path, charge):
    hdus = [
        fits.ImageHDU((gain * charge).astype(np.float32), name=name)
        for name, gain in (("B", 1.3), ("C", 2.6))
    ]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "two.fits")
    told = (Amplifier(name="b", gain=1.3, hdu="B"), Amplifier(name="c", gain=2.6, hdu="C"))
    result = workflows.segment_file(
        tmp_path / "two.fits", Bright(), detector=replace(DAMIC_M, amplifiers=told)
    )
    first, second = (frame.events["energy"].value for frame in result.frames)
    np.testing.assert_allclose(second, first, rtol=1e-3)
    assert list(result.events["amplifier"]) == ["b"] * 5 + ["c"] * 5


def test_images_of_other_units_and_amplifiers_share_a_table_and_pictures(tmp_path, charge):
    hdus = [fits.ImageHDU((gain_map() * charge).astype(np.float32), name="B")]
    write_amplifiers(hdus[0].header, AMPLIFIERS)
    hdus += [fits.ImageHDU(charge.astype(np.float32), fits.Header({"BUNIT": "electron"}), name="C")]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(tmp_path / "two.fits")
    result = workflows.segment_file(tmp_path / "two.fits", Bright())
    events = result.events
    assert events["signal"].info.description.startswith("in the unit of its image")
    assert not hasattr(events["signal"], "unit") or events["signal"].unit is None
    assert list(events["serial_transfers"].value[5:]) == [0] * 5
    np.testing.assert_allclose(events["energy"][:5], events["energy"][5:], rtol=2e-3)
    summary = result.write(tmp_path / "out", pictures="all")
    assert [hdu["header"]["unit"] for hdu in summary["hdus"]] == ["adu", "electron"]
