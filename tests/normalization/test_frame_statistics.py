"""Noise of frames, and the pixels from which statistics are taken."""

import numpy as np
import pytest

from ccdseg.normalization import noise_of, sample_of


@pytest.mark.parametrize("noise", [0.03, 1.0, 19.0])
def test_the_noise_is_that_of_neighbours_whatever_lies_below(noise):
    rng = np.random.default_rng(2)
    frame = rng.normal(0, noise, (256, 320))
    assert noise_of(frame) == pytest.approx(noise, rel=0.02)
    glow = 50 * noise * np.exp(-np.arange(320) / 60)
    slope = np.linspace(0, 300 * noise, 320) + np.linspace(0, 900 * noise, 256)[:, np.newaxis]
    assert noise_of(frame + glow + slope) == pytest.approx(noise, rel=0.02)
    tracks = frame.copy()
    tracks[rng.integers(0, 256, 2000), rng.integers(0, 320, 2000)] += 1000 * noise
    assert noise_of(tracks) == pytest.approx(noise, rel=0.08)


@pytest.mark.parametrize("offset", [0.0, 0.3])
@pytest.mark.parametrize("noise", [0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.5, 6.0])
def test_the_noise_of_whole_numbers_may_be_less_than_one(noise, offset):
    frame = np.random.default_rng(2).normal(100 + offset, noise, (256, 256))
    frame[100:110, 50:80] += 300
    with_rounding = (noise**2 + 1 / 12) ** 0.5
    found = noise_of(np.rint(frame).astype(np.uint16))
    assert 0.7 * noise < found < 1.1 * with_rounding


def test_the_noise_of_a_frame_with_few_steps_is_less_than_one_of_them():
    frame = np.full((256, 256), 100, dtype=np.uint16)
    frame[::50, ::50] = 101
    frame[100:120, 100:120] = 9000
    assert 0 < noise_of(frame) < 0.5


@pytest.mark.parametrize("shape", [(5000, 1), (1, 5000), (2, 2500)])
def test_the_noise_of_a_narrow_frame(shape):
    frame = np.random.default_rng(2).normal(100, 7, shape)
    assert noise_of(frame) == pytest.approx(7, rel=0.05)


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (30, 40)])
def test_without_any_difference_the_noise_is_one(shape):
    assert noise_of(np.full(shape, 8800.0)) == 1


def test_a_frame_that_changes_along_its_columns_alone_has_the_noise_of_these():
    column = np.random.default_rng(2).normal(100, 7, (3000, 1))
    assert noise_of(np.repeat(column, 40, axis=1)) == pytest.approx(7, rel=0.05)


def test_a_sample_is_spread_over_the_columns_of_a_large_frame():
    frame = np.broadcast_to(np.arange(4096), (4096, 4096))
    sample = sample_of(frame)
    assert 50_000 < sample.size <= 2**18
    assert len(np.unique(sample)) == 4096
    small = np.zeros((120, 100))
    assert sample_of(small).size == small.size
