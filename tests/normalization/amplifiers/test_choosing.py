"""Sections by what a user chose."""

import numpy as np
import pytest

from ccdseg.normalization.amplifiers import (
    check_amplifiers,
    choose_sections,
    find_sections,
    parse_sections,
)
from tests.normalization.amplifiers.frames import dark_frame, read_in_parts
from tests.refusal import refused


@pytest.fixture(scope="module")
def frame():
    return read_in_parts(dark_frame((128, 128)), (1, 2), (0, 60))


def test_they_are_found_told_given_or_one(frame):
    found = find_sections(frame)
    assert len(found) == 2
    assert choose_sections(frame) == choose_sections(frame, "AUTO") == found
    assert choose_sections(frame, "1x2") == found
    assert choose_sections(frame, [section.text for section in found]) == found
    assert choose_sections(frame, found) == found
    (one,) = choose_sections(frame, None)
    assert one.text == "[1:128,1:128]"
    assert np.isfinite([one.level, one.noise]).all()


def test_what_fits_no_frame_is_refused_before_there_is_one():
    for fits in (None, "auto", "2x2", "[1:9,1:9]", parse_sections("2x2", (4, 4))):
        check_amplifiers(fits)
    for wrong in ("2x", "quadrants", "", ["[1:2]"], "[1:4,1:4][2:5,1:4]", 4):
        with refused("give 'auto'|overlaps|No section"):
            check_amplifiers(wrong)


def test_sections_of_another_frame_are_refused(frame):
    with refused(r"\[1:128,1:256\] does not lie in the frame"):
        choose_sections(frame, parse_sections("1x2", (256, 256)))
