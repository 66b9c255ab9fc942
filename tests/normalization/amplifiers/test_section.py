"""Sections as a user gives them."""

import numpy as np
import pytest

from ccdseg.normalization.amplifiers import parse_sections
from tests.refusal import refused


@pytest.mark.parametrize("text", ["2x3", "2 × 3", ["[1:3,1:5]", "[4:6,1:5]", "[7:10,1:5]"]])
def test_sections_are_read(text):
    sections = parse_sections(text, (11, 10))
    assert [section.text for section in sections][:3] == ["[1:3,1:5]", "[4:6,1:5]", "[7:10,1:5]"]


@pytest.mark.parametrize(("layout", "shape"), [("1x1", (4, 4)), ("3x7", (10, 23)), ("4x4", (4, 4))])
def test_parts_of_a_grid_cover_each_pixel_once(layout, shape):
    count = np.zeros(shape, dtype=int)
    for section in parse_sections(layout, shape):
        count[section.area] += 1
    assert (count == 1).all()


def test_one_text_may_hold_several_sections():
    sections = parse_sections("[1:2,1:4] [3:4,1:4]", (4, 4))
    assert [section.text for section in sections] == ["[1:2,1:4]", "[3:4,1:4]"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("two", r"Amplifiers 'two'; give 'auto', .*'2x2'"),
        ("0x2", r"0x2 amplifiers in a frame of 4×6"),
        ("2x7", r"2x7 amplifiers in a frame of 4×6"),
        (["[1:3,1:4]", "[3:6,1:4]"], r"\[3:6,1:4\] overlaps"),
        ("[1:7,1:4]", r"does not lie in the frame, which is \[1:6,1:4\]"),
        ("[4:1,1:4]", r"\[4:1,1:4\] does not lie"),
        ([], "No section"),
    ],
)
def test_a_mistake_is_named(text, message):
    with refused(message):
        parse_sections(text, (4, 6))
