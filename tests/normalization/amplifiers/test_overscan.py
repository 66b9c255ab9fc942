"""Overscan between sections is found, and brought to the image beside it line by line."""

import numpy as np
import pytest

from ccdseg.normalization import noise_of
from ccdseg.normalization.amplifiers import find_sections, level
from tests.normalization.amplifiers.frames import dark_frame, read_in_parts

WIDTH = 14
PEDESTALS = (0, 300, -120, 80)


def with_overscan(dark_charge, n_columns=2, *, seed=0):
    """Frame whose dark charge is missing on both sides of each seam, and where it is missing."""
    frame = dark_frame((320, 400), seed=seed)
    strips = np.zeros(frame.shape, dtype=bool)
    for seam in np.arange(1, n_columns) * 400 // n_columns:
        strips[:, seam - WIDTH : seam + WIDTH] = True
    return frame + np.where(strips, 0, dark_charge), strips


@pytest.mark.parametrize("n_columns", [2, 4])
@pytest.mark.parametrize("charge", [3, 100])
def test_strips_beside_seams_are_found(n_columns, charge):
    frame, strips = with_overscan(charge, n_columns)
    sections = find_sections(read_in_parts(frame, (1, n_columns), PEDESTALS[:n_columns]))
    assert len(sections) == n_columns
    found = np.zeros_like(strips)
    for section in sections:
        for strip in section.overscans:
            found[strip.area] = True
    off = np.count_nonzero((found != strips).any(axis=0))
    assert off <= (0 if charge > 10 else 2 * (n_columns - 1))


def test_strips_follow_dark_charge_that_rises_from_row_to_row():
    charge = np.linspace(5, 100, 320).reshape(-1, 1)
    frame, strips = with_overscan(charge)
    whole = frame + np.where(strips, charge, 0)
    several = read_in_parts(frame, (1, 2), (0, 300))
    levelled = level(several, find_sections(several))
    difference = levelled - whole
    bands = [np.median(part[:, 186:214]) for part in np.split(difference, 10)]
    assert np.ptp(bands) < 3  # of a charge that changes by 95, and a noise of 5
    assert abs(np.median(difference[:, 186:214]) - np.median(difference)) < 1


def test_strips_with_particles_are_no_overscan():
    frame, strips = with_overscan(100)
    frame[strips & (np.random.default_rng(1).random(frame.shape) < 0.02)] += 500
    sections = find_sections(read_in_parts(frame, (1, 2), (0, 300)))
    assert len(sections) == 2
    assert not any(section.overscans for section in sections)


def test_there_is_none_beside_seams_under_glow():
    frame = dark_frame((320, 400))
    frame += 100 * np.exp(-np.abs(np.arange(400) - 150) / 60)
    sections = find_sections(read_in_parts(frame, (1, 2), (0, 300)))
    assert len(sections) == 2
    assert not any(section.overscans for section in sections)


def test_a_bright_section_between_others_is_one():
    frame = read_in_parts(dark_frame((320, 400)), (1, 4), (0, 40, 2, -8))
    assert len(find_sections(frame)) == 4


def test_whole_numbers_keep_their_noise_when_levelled():
    rng = np.random.default_rng(3)
    frame = np.round(rng.normal(30000, 0.8, (256, 256)) + np.repeat([0, 7.3], 128))
    levelled = level(frame.astype(np.uint16), find_sections(frame))
    assert noise_of(levelled) == pytest.approx(noise_of(frame[:, :128]), rel=0.03)
