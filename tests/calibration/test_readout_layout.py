"""Amplifiers of raw images by headers and detectors."""

from dataclasses import replace

import pytest

from ccdseg.calibration import find_layout, put_together
from ccdseg.detector import DAMIC
from ccdseg.detector.amplifier import Amplifier
from tests.refusal import refused

SHAPE = (100, 240)


def test_without_keywords_one_amplifier_reads_all():
    assert find_layout({}, SHAPE) == (Amplifier("[1:240,1:100]"),)


@pytest.mark.parametrize(
    ("header", "section"),
    [
        ({"TRIMSEC": "[  17: 228,   1: 100]", "BIASSEC": "[4:13,1:100]"}, "[  17: 228,   1: 100]"),
        ({"TRIMSEC": "[17:228,1:100]", "DATASEC": "[1:240,1:100]"}, "[17:228,1:100]"),
        ({"DATASEC": "[1:200,1:100]"}, "[1:200,1:100]"),
        ({"BIASSEC": "[201:240,1:100]"}, "[1:200,1:100]"),
        ({"BIASSEC": "[1:20,1:100]"}, "[21:240,1:100]"),
    ],
)
def test_one_amplifier(header, section):
    (amplifier,) = find_layout(header, SHAPE)
    assert amplifier.section == section
    assert amplifier.overscan == ((header["BIASSEC"],) if "BIASSEC" in header else ())


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        (("DATASECA", "BIASSECA", "DATASECB", "BIASSECB"), "AB"),
        (("DSEC11", "BSEC11", "TSEC12", "BSEC12"), ("11", "12")),
        (("DATASEC_1", "BIASSEC_1", "DATASEC_2", "BIASSEC_2"), "12"),
    ],
)
def test_several_amplifiers_as_observatories_name_them(keys, names):
    sections = "[1:100,1:100]", "[101:120,1:100]", "[141:240,1:100]", "[121:140,1:100]"
    first, second = find_layout(dict(zip(keys, sections, strict=True)), SHAPE)
    assert (first.name, second.name) == tuple(names)
    assert (first.section, first.overscan) == (sections[0], (sections[1],))
    assert (second.section, second.overscan) == (sections[2], (sections[3],))


def test_a_detector_goes_before_the_header():
    told = Amplifier("[1:10,1:100]", name="x")
    detector = replace(DAMIC, amplifiers=(told,))
    assert find_layout({"TRIMSEC": "[5:6,1:100]"}, SHAPE, detector=detector) == (told,)
    assert find_layout({"TRIMSEC": "[5:6,1:100]"}, SHAPE, detector=DAMIC)[0].section == (
        "[5:6,1:100]"
    )


def test_a_told_amplifier_without_section_takes_that_of_the_header():
    detector = replace(DAMIC, amplifiers=(Amplifier(name="B", gain=2.0), Amplifier(hdu="OTHER")))
    header = {"DATASECA": "[1:9,1:9]", "DATASECB": "[11:19,1:9]"}
    (found,) = find_layout(header, SHAPE, detector=detector, hdu="CCD")
    assert (found.section, found.gain) == ("[11:19,1:9]", 2.0)
    (found,) = find_layout({}, SHAPE, detector=detector, hdu="CCD")
    assert (found.section, found.gain) == ("[1:240,1:100]", 2.0)
    with refused("Amplifier '' has no section, and the header names A, B"):
        find_layout(header, SHAPE, detector=detector, hdu="other")


def test_two_amplifiers_of_one_name_are_refused():
    alike = (Amplifier("[1:9,1:9]", "x"), Amplifier("[11:19,1:9]", "x"))
    with refused("Two amplifiers are called 'x'"):
        find_layout({}, SHAPE, detector=replace(DAMIC, amplifiers=alike))


def test_four_quadrants_are_put_together_without_their_overscan():
    quadrants = [
        Amplifier(f"[{columns},{rows}]", overscan=(f"[101:140,{rows}]",))
        for rows in ("3:50", "51:98")
        for columns in ("11:100", "141:230")
    ]
    shape, placed = put_together(quadrants)
    assert shape == (96, 180)
    assert [one.section for one in placed] == [
        *("[1:90,1:48]", "[91:180,1:48]", "[1:90,49:96]", "[91:180,49:96]")
    ]
    assert not any(one.overscan for one in placed)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"TRIMSEC": "[1:241,1:100]"}, "does not lie in the frame"),
        ({"TRIMSEC": "all of it"}, "malformed"),
        ({"DATASECA": "[1:9,1:9]", "DATASECB": "[9:19,1:9]"}, "overlaps .*each pixel has one"),
        ({"BIASSEC": "[20:30,20:30]"}, "leaves no rectangle"),
    ],
)
def test_sections_that_do_not_fit_are_refused(header, message):
    with refused(message):
        find_layout(header, SHAPE)
