"""Samples of pixels: where they lie, and what they are combined to."""

import numpy as np
import pytest

from ccdseg.calibration import SampleLayout, combine_samples
from ccdseg.calibration import samples as module
from tests.refusal import refused

SAMPLES = np.random.default_rng(1).integers(0, 1000, (7, 5, 6))  # rows, columns, samples


@pytest.mark.parametrize(
    ("header", "told"), [({"NSAMP": 6}, None), ({"NDCM": "6"}, None), ({"NSAMP": 5}, 6), ({}, 6)]
)
@pytest.mark.parametrize("method", ["mean", "median"])
@pytest.mark.parametrize("skip", [0, 2])
@pytest.mark.parametrize("strip", [1, 10_000])
def test_side_by_side(monkeypatch, header, told, method, skip, strip):  # noqa: PLR0917
    monkeypatch.setattr(module, "_STRIP_VALUES", strip)
    raw = SAMPLES.reshape(7, 30)
    layout = SampleLayout.of(raw.shape, header, n_samples=told)
    combined = combine_samples(lambda rows: raw[rows], layout, skip=skip, method=method)
    used = SAMPLES[..., skip:]
    np.testing.assert_allclose(combined.image, getattr(np, method)(used, axis=-1))
    np.testing.assert_allclose(combined.deviation, used.std(axis=-1, ddof=1), rtol=1e-6)
    assert combined.n_samples == 6 - skip


def test_a_cube():
    cube = np.moveaxis(SAMPLES, -1, 0)
    layout = SampleLayout.of(cube.shape, {})
    combined = combine_samples(lambda rows: cube[:, rows], layout)
    np.testing.assert_allclose(combined.image, SAMPLES.mean(axis=-1))


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.uint32, np.int64])
def test_wide_integers_do_not_overflow(kind):
    raw = np.full((1, 100), np.iinfo(kind).max // 2 - 50, dtype=kind) + np.arange(100, dtype=kind)
    layout = SampleLayout.of(raw.shape, {"NSAMP": 100})
    (mean,) = combine_samples(lambda rows: raw[rows], layout).image[0]
    assert mean == pytest.approx(float(raw[0, 0]) + 49.5, rel=1e-15)


def test_one_sample_is_the_image_itself():
    raw = SAMPLES[..., 0]
    combined = combine_samples(lambda rows: raw[rows], SampleLayout.of(raw.shape, {}))
    assert combined.deviation is None
    np.testing.assert_array_equal(combined.image, raw)


def test_a_header_of_an_averaged_image_is_not_averaged_again():
    assert SampleLayout.of((4, 640), {"NSAMP": 500, "NCOL": 640}).n_samples == 1
    assert SampleLayout.of((4, 640), {"NSAMP": "500", "NCOL": "640"}).n_samples == 1
    assert SampleLayout.of((4, 640), {"NSAMP": 64, "NCOL": 10}).n_samples == 64


@pytest.mark.parametrize(
    ("shape", "header", "told", "message"),
    [
        ((4, 30), {"NSAMP": 7}, None, "7 samples of a pixel do not divide the width of 30 columns"),
        ((4, 30), {"NSAMP": "many"}, None, "NSAMP is 'many'; give a number"),
        ((4, 30), {"NSAMP": 2.5}, None, "NSAMP is 2.5; give a number"),
        ((4, 30), {}, 0, "0 samples of a pixel do not divide"),
        ((3, 4, 5), {}, 4, "4 samples are told, and the cube has 3 planes"),
        ((30,), {}, None, "shape .30,.; give rows and columns, or a cube"),
    ],
)
def test_samples_that_do_not_fit_are_refused(shape, header, told, message):
    with refused(message):
        SampleLayout.of(shape, header, n_samples=told)


@pytest.mark.parametrize("skip", [-1, 6])
def test_no_sample_left_is_refused(skip):
    with refused(f"{skip} of 6 samples are to be left out; at least one must remain"):
        combine_samples(lambda _: None, SampleLayout((7, 5), 6, cube=False), skip=skip)
