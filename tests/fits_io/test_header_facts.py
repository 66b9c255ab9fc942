"""What headers tell of unit, gain, noise, saturation and exposure."""

import logging
import math

import numpy as np
import pytest
from astropy import units as u
from astropy.io import fits

from ccdseg.detector import DAMIC, DAMIC_M
from ccdseg.fits_io import read_frame
from ccdseg.fits_io.header_facts import HeaderFacts


def facts(primary=(), **cards):
    header = fits.Header()
    for key, value in cards.items():
        header[key.replace("_", "-")] = value
    return HeaderFacts.of(header, fits.Header(primary))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *((text, u.adu) for text in ("ADU", "adu", "DN", "counts", "count", " ")),
        *((text, u.electron) for text in ("electron", "ELECTRONS", "e-", "e")),
        *((text, u.electron / u.s) for text in ("electron/s", "ELECTRONS/S", "e-/s")),
        *((text, u.electron / u.s) for text in ("electron s-1", "electrons per second")),
        ("ADU/s", u.adu / u.s),
    ],
)
def test_units_as_observatories_write_them(text, unit):
    assert facts(BUNIT=text, EXPTIME=10.0).unit == unit


@pytest.mark.parametrize("text", ["Jy", "erg/s/cm2", "seconds", "electron ADU", "/s"])
def test_a_unit_that_is_none_is_taken_as_adu_and_told(text):
    found = facts(BUNIT=text)
    assert found.unit == u.adu
    assert found.ignored["BUNIT"].endswith("is neither ADU nor electrons; taken as ADU")


def test_a_rate_without_exposure_is_told():
    assert "needs an exposure" in facts(BUNIT="electron/s").ignored["BUNIT"]


@pytest.mark.parametrize(
    ("comment", "gain"),
    [
        *((text, 0.5) for text in ("", "e-/ADU", "[electrons/count]")),
        *((text, 2.0) for text in ("ADU per electron", "ADU/e-", "DN / e")),
    ],
)
def test_the_comment_tells_what_a_gain_is_and_electrons_per_adu_is_usual(comment, gain):
    assert facts(GAIN=(2.0, comment)).gain == gain


@pytest.mark.parametrize(
    ("cards", "gain"),
    [
        ({"BUNIT": "electron", "GAIN": 2.0}, 1.0),
        ({"BUNIT": "electron/s", "EXPTIME": 50}, 0.02),
        ({"BUNIT": "ADU/s", "GAIN": 2.0, "EXPTIME": 50}, 0.01),
        ({"GAIN": "2.0"}, 0.5),
        ({"EGAIN": 2.0, "GAIN": 100}, 0.5),
        ({}, None),
    ],
)
def test_gain_in_the_unit_of_the_frame_per_electron(cards, gain):
    assert facts(**cards).gain == (gain if gain is None else pytest.approx(gain))


@pytest.mark.parametrize("value", [0, -1.5, 1e9, "high", True, ""])
def test_a_gain_that_is_not_plausible_is_left_out_and_told(value):
    found = facts(GAIN=value)
    assert found.gain is None
    assert found.ignored == {"GAIN": f"{value!r} is not plausible"}


@pytest.mark.parametrize(
    ("cards", "noise"),
    [
        *(({"RDNOISE": 5.0}, 5.0), ({"READNOIS": 5.0}, 5.0), ({"RDNOISE": -1}, None)),
        *(({"RDNOISE": (4.0, "ADU"), "GAIN": 2.0}, 8.0), ({"RDNOISE": (4.0, "ADU")}, None)),
    ],
)
def test_read_noise_is_in_electrons(cards, noise):
    assert facts(**cards).read_noise == noise


@pytest.mark.parametrize(
    ("dtype", "cards", "saturation"),
    [
        *(("u2", {}, 65535), ("i2", {}, 32767), ("u1", {}, 255), ("i4", {}, math.inf)),
        *(("f4", {}, math.inf), ("f4", {"SATURATE": 4e4}, 4e4), ("u2", {"SATURATE": -1}, 65535)),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_saturation_by_keyword_or_else_by_the_type_of_numbers(
    tmp_path, dtype, cards, saturation, compressed
):
    hdu = (fits.CompImageHDU if compressed else fits.ImageHDU)(np.ones((20, 30), dtype))
    hdu.header.update(cards)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(tmp_path / "a.fits")
    assert read_frame(tmp_path / "a.fits").saturation == saturation


@pytest.mark.parametrize(
    ("amplifier", "gain", "noise"), [("A", 0.5, 4.0), ("11", 0.25, 5.0), ("B", 1.0, None)]
)
def test_an_amplifier_has_keywords_of_its_own(amplifier, gain, noise):
    cards = {"GAIN": 1.0, "GAINA": 2.0, "READNSEA": 4.0, "GTGAIN11": 4.0, "GTRON11": 5.0}
    found = HeaderFacts.of(fits.Header(cards), fits.Header(), amplifier=amplifier)
    assert (found.gain, found.read_noise) == (gain, noise)


def test_the_keywords_of_eso():
    header = fits.Header()
    header["HIERARCH ESO DET OUT1 CONAD"] = 2.0
    header["HIERARCH ESO DET OUT1 RON"] = 3.5
    found = HeaderFacts.of(header, fits.Header())
    assert (found.gain, found.read_noise) == (0.5, 3.5)


def test_the_primary_header_gives_what_that_of_the_image_lacks():
    found = facts([("EXPTIME", 90.0), ("GAIN", 4.0)], GAIN=2.0, DATE_OBS="2013-07-13")
    assert (found.exposure, found.gain, found.start) == (90.0, 0.5, "2013-07-13")
    assert list(found.used) == ["EXPTIME", "GAIN", "DATE-OBS"]


def test_a_told_detector_comes_in_the_unit_of_the_frame():
    assert facts().applied_to(DAMIC_M) is DAMIC_M
    in_electrons = facts(BUNIT="electron").applied_to(DAMIC)
    assert in_electrons.gain == pytest.approx(1)
    assert in_electrons.noise == pytest.approx(DAMIC.noise / DAMIC.gain)
    assert facts(BUNIT="ADU/s", EXPTIME=4).applied_to(DAMIC).gain == DAMIC.gain / 4


def test_reading_tells_what_it_does_not_believe(tmp_path, caplog):
    hdu = fits.PrimaryHDU(np.ones((4, 4), np.float32))
    hdu.header["BUNIT"] = "furlong"
    hdu.writeto(tmp_path / "a.fits")
    with caplog.at_level(logging.WARNING, logger="ccdseg"):
        frame = read_frame(tmp_path / "a.fits")
    (record,) = caplog.records
    assert record.getMessage().startswith(f"{tmp_path / 'a.fits'}, HDU 0: BUNIT 'furlong' is nei")
    assert frame.facts.to_dict()["saturation"] is None


def test_a_frame_has_the_detector_of_its_header(tmp_path):
    hdu = fits.PrimaryHDU(np.ones((4, 4), np.float32))
    hdu.writeto(tmp_path / "no_gain.fits")
    hdu.header["GAIN"], hdu.header["RDNOISE"] = 2.0, 5.0
    hdu.writeto(tmp_path / "gain.fits")
    detector = read_frame(tmp_path / "gain.fits").detector
    assert (detector.gain, detector.noise) == (0.5, 2.5)
    assert detector.pair_energy == DAMIC_M.pair_energy
    assert read_frame(tmp_path / "no_gain.fits").detector is None
