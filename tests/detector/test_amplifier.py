"""Amplifiers in detector files."""

import pytest

from ccdseg.detector import Detector
from ccdseg.detector.amplifier import Amplifier, amplifiers_of
from tests.refusal import refused

CCD = """
name = "two"
pedestal = 1000
read_noise = 4.0
[[amplifiers]]
name = "left"
section = "[9:520,1:512]"
overscan = "[521:552,1:512]"
gain = 1.35
readout = "lower left"
[[amplifiers]]
section = "[553:1064,1:512]"
"""


def test_amplifiers_are_read_from_a_file_and_saved(tmp_path):
    (tmp_path / "a.toml").write_text(CCD)
    detector = Detector.load(tmp_path / "a.toml")
    left, right = detector.amplifiers
    assert (left.gain, left.readout, left.overscan) == (1.35, "lower left", ("[521:552,1:512]",))
    assert (right.gain, right.readout, right.n_pixels) == (None, None, 512**2)
    detector.save(tmp_path / "a.json")
    assert Detector.load(tmp_path / "a.json") == detector


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"[9:520,1:512]"', '"9:520"'), "a.toml: Section '9:520' is malformed"),
        (("1.35", "-1"), "a.toml: Amplifier gain is -1; it must be a number above 0"),
        (('"lower left"', '"left"'), "readout is 'left'; give the corner that is read first"),
        (("[553:", "[520:"), "overlaps .9:520,1:512.; each pixel has one amplifier"),
        (("readout =", "direction ="), "a.toml is not a detector .*direction"),
    ],
)
def test_what_cannot_be_is_refused_with_the_file(tmp_path, change, message):
    (tmp_path / "a.toml").write_text(CCD.replace(*change))
    with refused(message):
        Detector.load(tmp_path / "a.toml")


def test_amplifiers_of_one_image_each():
    left, right = Amplifier(gain=1.3, hdu="CCD_B"), Amplifier(gain=1.4, hdu="ccd_c")
    both = Amplifier("[1:9,1:9]")
    assert amplifiers_of((left, right), "ccd_b") == (left,)
    assert amplifiers_of((left, both), "CCD_C") == (both,)
    Detector("x", 0, 1.0, amplifiers=(left, right))
    with refused("needs the section that sees light"):
        Amplifier(overscan="[1:9,1:9]")


def test_a_section_beyond_the_image_is_refused():
    with refused("does not lie in the frame"):
        Amplifier("[1:9,1:9]").check_in((8, 9))
