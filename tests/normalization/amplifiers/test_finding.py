"""Sections are found where amplifiers change, and nowhere else."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.normalization.amplifiers import find_sections
from ccdseg.simulation import RECIPES, simulate_images
from tests.normalization.amplifiers.frames import dark_frame, glow, read_in_parts

DATA = Path(__file__).parents[4] / "shared" / "data"


def found(frame):
    return [section.text for section in find_sections(frame)]


@pytest.mark.parametrize(
    ("layout", "pedestals", "expected"),
    [
        ((1, 2), (0, 40), ["[1:150,1:200]", "[151:300,1:200]"]),
        ((2, 1), (0, -40), ["[1:300,1:100]", "[1:300,101:200]"]),
        (
            (2, 2),
            (0, 40, -30, 200),
            ["[1:150,1:100]", "[151:300,1:100]", "[1:150,101:200]", "[151:300,101:200]"],
        ),
        (
            (1, 4),
            (0, 60, 20, -40),
            ["[1:75,1:200]", "[76:150,1:200]", "[151:225,1:200]", "[226:300,1:200]"],
        ),
    ],
)
def test_steps_of_the_pedestal_are_seams(layout, pedestals, expected):
    frame = read_in_parts(dark_frame((200, 300)), layout, pedestals)
    assert found(frame) == expected
    assert found(np.round(frame).astype(np.uint16)) == expected


def test_a_faint_step_is_found_over_glow_and_clusters():
    frame = dark_frame((512, 512)) + glow((512, 512), 300, 60)
    frame[100:104, 200:320] += 500  # a track over the seam
    assert len(find_sections(frame)) == 1
    assert found(read_in_parts(frame, (1, 2), (0, 3.5))) == ["[1:256,1:512]", "[257:512,1:512]"]


def test_a_seam_may_show_in_one_half_only():
    frame = read_in_parts(dark_frame((256, 256)), (2, 2), (0, 0, 50, 80))
    assert len(find_sections(frame)) == 4


@pytest.mark.parametrize("layout", [(1, 2), (2, 1)])
def test_steps_of_the_noise_alone_are_seams(layout):
    frame = read_in_parts(dark_frame((256, 256)), layout, (0, 0), noises=(0, 6))
    first, second = find_sections(frame)
    assert first.noise == pytest.approx(5, rel=0.05)
    assert second.noise == pytest.approx(61**0.5, rel=0.05)


def test_dark_strips_belong_to_the_section_beside_them():
    frame = dark_frame((200, 300))
    frame[:, 16:290] += 100
    frame[192:] -= 100
    (section,) = find_sections(frame)
    assert (section.rows, section.columns) == (slice(0, 200), slice(0, 300))
    assert (section.image_rows, section.image_columns) == (slice(0, 192), slice(16, 290))
    assert section.level == pytest.approx(1100, abs=1)


def test_overscan_of_two_amplifiers_lies_between_their_images():
    frame = dark_frame((256, 400))
    frame[:, :170] += 100
    frame[:, 230:] += 100
    frame = read_in_parts(frame, (1, 2), (0, 300))
    assert found(frame) == ["[1:200,1:256]", "[201:400,1:256]"]


def with_hot_column(frame):
    frame[:, 127:131] += 500


def with_slab_of_glow(frame):
    frame[:, 3:110] += 400


def with_light_in_some_of_the_rows(frame):
    frame[:80, 128:] += 100


def with_smooth_glow(frame):
    frame += glow(frame.shape, 4000, 30)


def with_gap_in_the_light(frame):
    frame += 200
    frame[:, 121:135] -= 200


def with_bright_band(frame):
    frame[118:138] += np.hanning(20).reshape(-1, 1) * 500


def with_light_that_varies_along_the_step(frame):
    frame[:, 128:] += np.linspace(0, 300, len(frame)).reshape(-1, 1)


@pytest.mark.parametrize(
    "add",
    [
        with_hot_column,
        with_slab_of_glow,
        with_light_in_some_of_the_rows,
        with_smooth_glow,
        with_gap_in_the_light,
        with_bright_band,
        with_light_that_varies_along_the_step,
    ],
)
def test_what_a_single_amplifier_shows_is_no_seam(add):
    frame = dark_frame((256, 256))
    add(frame)
    assert found(frame) == ["[1:256,1:256]"]


@pytest.mark.parametrize("name", ["general", "test", "xray"])
def test_simulated_frames_of_one_amplifier_stay_whole(name):
    frames = simulate_images(RECIPES[name].scaled((256, 256)), 40, rng=np.random.default_rng(3))
    assert sum(len(find_sections(frame.image)) > 1 for frame in frames) <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 3), (20, 20), (64, 64)])
def test_small_frames_are_one_section(shape):
    assert len(find_sections(dark_frame(shape))) == 1


def test_pixels_that_are_not_finite_are_left_out():
    frame = read_in_parts(dark_frame((256, 256)), (1, 2), (0, 40))
    frame[:, 5] = np.nan
    frame[40:200, 100:180] = np.inf
    first, second = find_sections(frame)
    assert first.level == pytest.approx(1000, abs=1)
    assert second.level == pytest.approx(1040, abs=1)


def test_a_frame_without_noise_or_finite_pixels_is_one_section():
    step = np.zeros((128, 128))
    step[:, 64:] = 10
    for frame in (step, np.full((128, 128), np.nan)):
        assert len(find_sections(frame)) == 1


@pytest.mark.skipif(not DATA.is_dir(), reason="the real frames are not there")
def test_quadrants_of_a_real_frame():
    with gzip.open(DATA / "esis_fe55_frame.fits.gz") as file, fits.open(file) as hdus:
        sections = find_sections(hdus[0].data)
    assert [section.text for section in sections] == [
        "[1:1076,1:520]",
        "[1077:2152,1:520]",
        "[1:1076,521:1040]",
        "[1077:2152,521:1040]",
    ]
    assert [section.level for section in sections] == pytest.approx([3712, 3583, 3862, 3821], abs=2)
