"""Sections of amplifiers are levelled before a network sees them, and only they."""

import numpy as np
import pytest

from ccdseg.normalization.amplifiers import choose_sections, level
from tests.normalization.amplifiers.frames import dark_frame, read_in_parts
from tests.refusal import refused


@pytest.fixture(scope="module")
def one():
    frame = dark_frame((128, 160), noise=19)
    frame[40:60, 70:90] += 3000
    return frame


@pytest.fixture(scope="module")
def four(one):
    return read_in_parts(one, (2, 2), (0, 900, -500, 2000))


def test_the_network_sees_levelled_sections(segmenter, four):
    levelled = level(four, choose_sections(four))
    expected = segmenter.predict(levelled, amplifiers=None)
    for choice in ("auto", "2x2", choose_sections(four)):
        result = segmenter.predict(four, amplifiers=choice)
        np.testing.assert_array_equal(result.probabilities, expected.probabilities)
        np.testing.assert_array_equal(result.mask, expected.mask)


def test_the_result_is_that_of_one_amplifier(segmenter, one, four):
    single, several = (segmenter.predict(frame).probabilities for frame in (one, four))
    raw = segmenter.predict(four, amplifiers=None).probabilities
    assert np.abs(several - single).max() < 0.02 < np.abs(raw - single).max()


def test_frames_of_one_amplifier_are_segmented_as_they_are(segmenter, one):
    for frame in (one, np.stack([one, one[::-1]]), np.round(one).astype(np.uint16)):
        found, plain = segmenter.predict(frame), segmenter.predict(frame, amplifiers=None)
        np.testing.assert_array_equal(found.probabilities, plain.probabilities)


def test_each_image_of_a_stack_has_its_own_sections(segmenter, one, four):
    both = segmenter.predict(np.stack([one, four])).mask
    for mask, frame in zip(both, (one, four), strict=True):
        np.testing.assert_array_equal(mask, segmenter.predict(frame).mask)


def test_sections_that_do_not_fit_are_refused(segmenter, one):
    with refused("does not lie in the frame"):
        segmenter.predict(one, amplifiers=["[1:161,1:128]"])
    with refused("give 'auto'"):
        segmenter.predict(one, amplifiers="halves")


def test_overscan_between_sections_is_background(segmenter):
    frame = dark_frame((128, 192), noise=5)
    frame[:, :86] += 200
    frame[:, 106:] += 600
    frame[:, 96:106] += 400
    sections = choose_sections(frame)
    assert [strip.columns for one in sections for strip in one.overscans] == [
        slice(86, 96),
        slice(96, 106),
    ]
    result = segmenter.predict(frame)
    assert not result.mask[:, 86:106].any()
    assert (result.probabilities[:, 86:106] == (1, 0, 0, 0)).all()
    assert (result.probabilities[:, :80, 0] < 1).all()
