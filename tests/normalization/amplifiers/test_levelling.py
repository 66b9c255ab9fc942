"""Sections come out with one pedestal and one noise, and light over a seam stays."""

import numpy as np
import pytest

from ccdseg.normalization.amplifiers import find_sections, level, parse_sections
from tests.normalization.amplifiers.frames import dark_frame, glow, read_in_parts


def levelled(frame, told="auto", **options):
    sections = find_sections(frame) if told == "auto" else parse_sections(told, frame.shape)
    return level(frame, sections, **options)


def step(frame, column):
    return float(
        np.median(frame[:, column : column + 6]) - np.median(frame[:, column - 6 : column])
    )


def test_quadrants_reach_one_pedestal():
    dark = dark_frame((300, 400))
    result = levelled(read_in_parts(dark, (2, 2), (0, 40, -300, 5)))
    assert result.dtype == np.float32
    reference = np.median(result - dark)
    assert np.abs(result - dark - reference).max() < 0.5


def test_one_section_leaves_the_frame_as_it_is():
    frame = dark_frame((256, 256))
    assert level(frame, find_sections(frame)) is frame


def test_glow_over_a_seam_stays():
    one_amplifier = dark_frame((512, 512)) + glow((512, 512), 400, 150)
    result = levelled(read_in_parts(one_amplifier, (1, 2), (0, 70)))
    offset = np.median(result - one_amplifier)
    assert np.abs(result - one_amplifier - offset).max() < 1.5  # of a noise of 5, a glow of 70
    assert np.median(result[:, :20]) - np.median(result[:, -20:]) > 400


@pytest.mark.parametrize("width", [1, 12])
def test_a_hot_line_beside_a_seam_does_not_mislead(width):
    dark = dark_frame((256, 256))
    dark[:, 128 - width : 128] += 3000
    result = levelled(read_in_parts(dark, (1, 2), (0, 90)), "1x2")
    assert np.abs(result - dark - np.median(result - dark)).max() < 2


@pytest.mark.parametrize("seed", [12, 97, 124])
@pytest.mark.parametrize("pedestal", [0, 60])
def test_several_hot_lines_on_both_sides_of_a_seam_do_not_mislead(seed, pedestal):
    rng = np.random.default_rng(seed)
    dark = dark_frame((160, 200)) + rng.normal(0, 3, (160, 200))
    rng.choice([0, 0, 60, -300])
    for _ in range(rng.integers(1, 5)):
        width, column, row = rng.integers(1, 8), 100 + rng.integers(-20, 20), rng.integers(0, 120)
        first = row if rng.random() < 0.5 else 0
        dark[first:, column : column + width] += rng.choice([300, 1500, 4000])
    result = levelled(read_in_parts(dark, (1, 2), (0, pedestal)), "1x2", equal_noise=False)
    moved = result - dark
    assert np.abs(moved - np.median(moved)).max() < 6  # one noise


def test_noise_is_made_equal_unless_charges_are_to_keep_their_size():
    frame = read_in_parts(dark_frame((256, 256)), (1, 2), (0, 100), noises=(0, 8.66))
    equal = levelled(frame)
    assert equal[:, 130:].std() == pytest.approx(equal[:, :126].std(), rel=0.03)
    assert abs(step(equal, 128)) < 1
    kept = levelled(frame, equal_noise=False)
    assert kept[:, 130:].std() == pytest.approx(10, rel=0.03)
    assert abs(step(kept, 128)) < 1


def test_sections_that_are_told_are_levelled_too():
    dark = dark_frame((100, 120))
    frame = read_in_parts(dark, (1, 3), (0, 10, 20))
    assert len(find_sections(frame[:50, :60])) == 1
    result = levelled(frame, "1x3")
    assert np.abs(result - dark - np.median(result - dark)).max() < 1.5
    apart = ["[1:40,1:100]", "[81:120,1:100]"]  # what lies between is left as it is
    result = levelled(frame, apart)
    np.testing.assert_array_equal(result[:, 40:80], frame[:, 40:80])
    assert np.median(result[:, 80:]) == pytest.approx(np.median(result[:, :40]), abs=0.5)


def test_what_is_not_finite_stays_so():
    frame = read_in_parts(dark_frame((256, 256)), (1, 2), (0, 40))
    frame[10, 200] = np.nan
    frame[:, 128] = np.inf
    result = levelled(frame)
    np.testing.assert_array_equal(np.isfinite(result), np.isfinite(frame))
    assert abs(np.nanmedian(result[:, 129:]) - np.median(result[:, :128])) < 0.5


def test_a_section_without_finite_pixels_disturbs_no_other():
    dark = dark_frame((128, 128))
    frame = read_in_parts(dark, (2, 2), (0, 50, 70, 0))
    frame[64:, 64:] = np.nan
    result = levelled(frame, "2x2")
    difference = (result - dark)[np.isfinite(result)]
    assert np.abs(difference - np.median(difference)).max() < 1.5


def test_the_frame_given_is_not_changed():
    frame = read_in_parts(dark_frame((128, 128)), (1, 2), (0, 50))
    copy = frame.copy()
    levelled(frame, "1x2")
    np.testing.assert_array_equal(frame, copy)
