"""Tiles: nothing lost, nothing twice, nothing outside."""

import numpy as np
import pytest

from ccdseg.tiling import (
    Tile,
    choose_tile_size,
    cut,
    pad_to_multiple,
    plan_tiles,
    stitch,
    tiles_with,
)
from tests.refusal import refused


def random_plan(seed):
    rng = np.random.default_rng(seed)
    stride = int(rng.choice([1, 2, 4, 8]))
    shape = tuple(int(n) * stride for n in rng.integers(1, 120 // stride, 2))
    halo = int(rng.integers(0, 12))
    rounded = -(-halo // stride) * stride
    size = tuple(int(length) for length in rng.integers(2 * rounded + 1, 2 * rounded + 60, 2))
    return shape, size, halo, stride


def test_tiles_cover_a_frame_once_and_keep_their_halo():
    for seed in range(60):
        check_cover(*random_plan(seed))


def check_cover(shape, size, halo, stride):
    tiles = plan_tiles(shape, size, halo=halo, stride=stride)
    covered = np.zeros(shape, dtype=int)
    for tile in tiles:
        covered[tile.keep] += 1
        for read, keep, length, asked in zip(tile.read, tile.keep, shape, size, strict=True):
            assert 0 <= read.start <= keep.start < keep.stop <= read.stop <= length
            assert read.start % stride == 0
            assert read.stop - read.start == min(length, -(-asked // stride) * stride)
            assert keep.start - read.start >= halo or keep.start == 0
            assert read.stop - keep.stop >= halo or keep.stop == length
    assert np.all(covered == 1)


def test_one_size_means_square_tiles():
    assert plan_tiles((50, 70), 16, halo=3) == plan_tiles((50, 70), (16, 16), halo=3)


def test_the_tile_size_that_is_chosen_reads_the_least():
    for seed in range(40):
        check_choice(seed)


def check_choice(seed):
    shape, _, halo, stride = random_plan(seed)
    rounded = -(-halo // stride) * stride
    least = 4 * (rounded + stride)
    n_pixels = int(np.random.default_rng(seed).integers(2, 20)) * least**2

    def n_read(size):
        tiles = plan_tiles(shape, size, halo=halo, stride=stride)
        return sum(
            np.prod([part.stop - part.start for part in tile.read], dtype=int) for tile in tiles
        )

    size = choose_tile_size(shape, n_pixels, halo=halo, stride=stride)
    assert size[0] * size[1] <= n_pixels
    assert not any(length % stride for length in size)
    lengths = [range(min(length, least), length + stride, stride) for length in shape]
    allowed = [(h, w) for h in lengths[0] for w in lengths[1] if h * w <= n_pixels]
    assert n_read(size) <= 1.05 * min(map(n_read, allowed))


@pytest.mark.parametrize(
    ("shape", "n_pixels", "expected"),
    [
        ((4096, 4096), 4096**2, (4096, 4096)),
        ((4096, 4096), 4096 * 2200, (2152, 4096)),
        ((4096, 4096), 4096 * 1510, (1504, 4096)),
        ((4096, 4096), 4096 * 1500, (2152, 2152)),
        ((40, 100_000), 10**6, (40, 20_168)),
    ],
)
def test_a_large_frame_is_shared_evenly_by_few_tiles(shape, n_pixels, expected):
    assert choose_tile_size(shape, n_pixels, halo=104, stride=8) == expected


def test_a_halo_that_needs_more_pixels_gets_them():
    assert choose_tile_size((4096, 4096), 100, halo=100, stride=8)[0] >= 4 * 100


def test_tiles_come_row_by_row():
    tiles = plan_tiles((5, 7), 3)
    starts = [tuple(part.start for part in tile.keep) for tile in tiles]
    assert starts == sorted(starts)
    assert len(tiles) == 2 * 3


def test_a_small_frame_is_one_tile():
    everything = (slice(0, 5), slice(0, 7))
    assert plan_tiles((5, 7), 10, halo=4) == [Tile(read=everything, keep=everything)]


def test_a_narrow_frame_is_tiled_along_one_axis():
    tiles = plan_tiles((5, 30), 10, halo=2)
    assert all(tile.read[0] == tile.keep[0] == slice(0, 5) for tile in tiles)
    assert [tile.keep[1] for tile in tiles] == [
        slice(0, 8),
        slice(8, 14),
        slice(14, 20),
        slice(20, 22),
        slice(22, 30),
    ]


def test_a_tile_shows_what_it_reads_and_keeps():
    tile = Tile(read=(slice(0, 8), slice(6, 14)), keep=(slice(0, 6), slice(8, 12)))
    assert repr(tile) == "Tile(read [0:8, 6:14], keep [0:6, 8:12])"
    assert tile.inner == (slice(0, 6), slice(2, 6))


@pytest.mark.parametrize(
    ("shape", "size", "options", "message"),
    [
        ((30, 30), 8, {"halo": 4}, "Tiles of 8 px leave nothing inside a halo of 4 px; .* than 8"),
        ((32, 32), 8, {"halo": 3, "stride": 4}, "leave nothing inside a halo of 4 px"),
        ((5, 30), 8, {"halo": 5}, "leave nothing inside a halo of 5 px"),
        ((30, 30), (20, 8), {"halo": 5}, "Tiles of 8 px leave nothing inside a halo of 5 px"),
        ((30, 30), 0, {}, "Tiles of 0 px leave nothing"),
        ((30, 31), 16, {"stride": 2}, r"\(30, 31\) is not a multiple of the stride 2; pad it"),
        ((0, 30), 16, {}, r"Frame shape \(0, 30\)"),
    ],
)
def test_tiles_that_cannot_be_laid_are_refused(shape, size, options, message):
    with refused(message):
        plan_tiles(shape, size, **options)


def test_the_sections_with_a_class_are_found():
    rng = np.random.default_rng(0)
    for shape in rng.integers(10, 60, (10, 2)):
        mask = np.where(rng.random(shape) < 0.003, 3, 1).astype(np.uint8)
        found = list(tiles_with(mask, 3, size=16))
        every = plan_tiles(mask.shape, 16)
        assert found == [tile for tile in every if 3 in mask[tile.keep]]
        assert sum((mask[tile.keep] == 3).sum() for tile in found) == (mask == 3).sum()
        assert list(tiles_with(mask, 2, size=16)) == []


@pytest.mark.parametrize("shape", [(8, 16), (7, 9), (1, 3), (1, 1), (16, 1)])
def test_padding_reflects_the_end_of_a_frame(shape):
    frame = np.arange(shape[0] * shape[1]).reshape(shape)
    padded = pad_to_multiple(frame, 8)
    assert padded.shape == tuple(-(-length // 8) * 8 for length in shape)
    np.testing.assert_array_equal(padded[: shape[0], : shape[1]], frame)
    if shape == (7, 9):
        np.testing.assert_array_equal(padded[7], padded[5])
        np.testing.assert_array_equal(padded[:, 9:], padded[:, 7:0:-1])


def test_several_frames_are_padded_each():
    frames = np.random.default_rng(1).random((3, 7, 9))
    padded = pad_to_multiple(frames, 8)
    np.testing.assert_array_equal(padded, [pad_to_multiple(frame, 8) for frame in frames])


def test_a_frame_that_fits_is_not_copied():
    frame = np.zeros((8, 16))
    assert pad_to_multiple(frame, 8) is frame


SHAPES = [(1, 1), (1, 23), (23, 1), (16, 16), (17, 33), (32, 48), (50, 13), (101, 64)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_frame_is_cut_and_stitched_without_a_change(shape):
    frame = np.random.default_rng(1).normal(8800, 19, shape).astype(np.float32)
    for size, halo in ((16, 0), (16, 3), (16, 7), (1, 0), (128, 10)):
        sections, tiles = cut(frame, size, halo=halo)
        assert sections.shape == (len(tiles), size, size)
        assert sections.dtype == frame.dtype
        stitched = stitch(sections, tiles, shape)
        assert stitched.dtype == frame.dtype
        np.testing.assert_array_equal(stitched, frame)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_only_the_kept_part_of_a_section_is_stitched(shape):
    frame = np.random.default_rng(1).integers(0, 65535, shape, dtype=np.uint16)
    sections, tiles = cut(frame, 16, halo=4)
    kept = np.zeros_like(sections)
    for section, whole, tile in zip(kept, sections, tiles, strict=True):
        section[tile.inner] = whole[tile.inner]
    np.testing.assert_array_equal(stitch(kept, tiles, shape), frame)


def test_channels_are_stitched_too():
    for shape in SHAPES:
        frame = np.random.default_rng(1).random(shape)
        sections, tiles = cut(frame, 16, halo=2)
        stitched = stitch(np.stack([sections, -sections, sections**2], axis=-1), tiles, shape)
        np.testing.assert_array_equal(stitched, np.stack([frame, -frame, frame**2], axis=-1))


def test_the_edge_of_a_cut_frame_is_reflected():
    sections, _ = cut(np.arange(6).reshape(2, 3), 4)
    np.testing.assert_array_equal(
        sections[0], [[0, 1, 2, 1], [3, 4, 5, 4], [0, 1, 2, 1], [3, 4, 5, 4]]
    )


@pytest.mark.parametrize(("size", "halo"), [(0, 0), (8, 4), (8, 5)])
def test_sections_inside_their_halo_are_refused(size, halo):
    with refused(f"Sections of {size} px leave nothing inside a halo of {halo} px"):
        cut(np.zeros((20, 20)), size, halo=halo)


@pytest.mark.parametrize("shape", [(20,), (2, 20, 20)])
def test_only_a_frame_is_cut(shape):
    with refused("this one has the shape"):
        cut(np.zeros(shape), 8)


def test_sections_and_tiles_must_be_as_many():
    sections, tiles = cut(np.zeros((20, 20)), 8)
    with refused("8 sections do not fit 9 tiles"):
        stitch(sections[1:], tiles, (20, 20))


def test_a_shape_that_was_not_cut_is_refused():
    sections, tiles = cut(np.arange(12.0).reshape(3, 4), 4)
    with refused("shape"):
        stitch(sections, tiles, (6, 8))


def test_a_negative_halo_and_an_empty_frame_are_refused():
    with refused("halo"):
        plan_tiles((20, 20), 8, halo=-1)
    with refused("shape"):
        cut(np.ones((0, 4)), 4)
