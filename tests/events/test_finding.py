"""From a mask to a table: charge, energy, position and flags of each cluster."""

import logging

import numpy as np
import pytest
from astropy import units as u
from astropy.stats import sigma_clip
from scipy import ndimage

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.detector import DAMIC, Detector
from ccdseg.events import find_events
from ccdseg.events.columns import COLUMNS
from ccdseg.simulation import Recipe, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import LogUniform, Uniform
from tests.refusal import refused

CLUSTER, HOT, GLOW = (CLASSES[name].index for name in ("cluster", "hot pixel", "glowing"))
DETECTOR = Detector("test", pedestal=500.0, read_noise=2.0, gain=4.0)


def scene(shape=(60, 70), noise=2.0, slope=(0.0, 0.0), seed=1):
    rows, columns = np.indices(shape)
    plane = 500 + slope[0] * rows + slope[1] * columns
    return plane + np.random.default_rng(seed).normal(0, noise, shape), np.zeros(shape, np.uint8)


def blob(image, mask, row, column, *, signal=20000.0, sigma=1.4, limit=3.0):
    """Add a round cluster, whose mask ends where it falls below `limit` ADU."""
    rows, columns = np.indices(image.shape)
    added = np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * sigma**2))
    added *= signal / added.sum()
    image += added
    mask[added > limit] = CLUSTER


def test_a_cluster_is_measured_on_a_slope():
    image, mask = scene(slope=(0.6, -0.4))
    blob(image, mask, 30.3, 24.8)
    (event,) = find_events(image, mask, detector=DETECTOR, hdu="CCD_B")
    assert (event["id"], event["hdu"]) == (1, "CCD_B")
    assert event["signal"].value == pytest.approx(20000, abs=4 * event["signal_error"].value)
    assert 15 < event["signal_error"].value < 30
    assert event["row"].value == pytest.approx(30.3, abs=0.02)
    assert event["column"].value == pytest.approx(24.8, abs=0.02)
    assert (event["peak_row"].value, event["peak_column"].value) == (30, 25)
    assert event["background"].value == pytest.approx(500 + 0.6 * 30.3 - 0.4 * 24.8, abs=0.5)
    assert event["noise"].value == pytest.approx(2.0, rel=0.1)
    np.testing.assert_array_equal(event["n_pixels"].value, np.count_nonzero(mask))
    rows, columns = np.nonzero(mask)
    assert event["row_min"].value == rows.min()
    assert event["row_max"].value == rows.max()
    assert event["column_min"].value == columns.min()
    assert event["column_max"].value == columns.max()


def test_energies_follow_from_the_detector():
    image, mask = scene()
    blob(image, mask, 30, 30)
    (event,) = find_events(image, mask, detector=DETECTOR)
    charge = event["signal"].value / 4
    assert event["charge"].to_value(u.electron) == pytest.approx(charge)
    assert event["energy"].to_value(u.eV) == pytest.approx(3.749 * charge)
    assert event["charge_error"].value == pytest.approx(event["signal_error"].value / 4)
    spread = np.hypot(event["charge_error"].value, (0.119 * charge) ** 0.5) * 3.749
    assert event["energy_error"].to_value(u.eV) == pytest.approx(spread)
    density = event["energy"].value / event["n_pixels"].value
    assert event["energy_density"].to_value(u.keV / u.pix) == pytest.approx(density)


def test_without_a_detector_there_are_no_energies_and_one_line_says_so(caplog):
    image, mask = scene()
    blob(image, mask, 30, 30)
    with caplog.at_level(logging.INFO, logger="ccdseg"):
        table = find_events(image, mask)
    assert list(table.colnames) == [x.name for x in COLUMNS if not x.needs_gain]
    assert table["signal"].unit == u.adu
    (record,) = caplog.records
    assert "No detector" in record.message


def test_the_aperture_margin_holds_the_charge_that_the_mask_misses():
    image, mask = scene(noise=0.2)
    blob(image, mask, 30, 30, limit=100.0)
    (bare,) = find_events(image, mask, aperture_margin=0)
    (event,) = find_events(image, mask, aperture_margin=3)
    assert bare["signal"].value < 19300
    assert event["signal"].value == pytest.approx(20000, rel=2e-3)


def test_what_lies_between_two_clusters_goes_to_the_nearer_one():
    image, mask = scene(noise=0.5)
    blob(image, mask, 30, 25, signal=20000)
    blob(image, mask, 30, 38, signal=5000)
    first, second = find_events(image, mask)
    assert first["signal"].value == pytest.approx(20000, rel=0.005)
    assert second["signal"].value == pytest.approx(5000, rel=0.01)


def test_pixels_that_meet_at_a_corner_are_one_cluster():
    image, mask = scene()
    mask[10, 10] = mask[11, 11] = mask[20, 20] = CLUSTER
    assert len(find_events(image, mask)) == 2


def test_hot_pixels_count_for_nothing():
    image, mask = scene(noise=0.5)
    blob(image, mask, 30, 30)
    column = np.s_[:, 37]
    image[column] += 3000
    mask[column] = HOT
    (event,) = find_events(image, mask)
    assert event["signal"].value == pytest.approx(20000, rel=0.005)
    assert event["noise"].value == pytest.approx(0.5, rel=0.1)
    assert not event["touches_other"]


@pytest.mark.parametrize("other", [HOT, GLOW])
def test_touching_another_class_is_flagged(other):
    image, mask = scene()
    blob(image, mask, 30, 30)
    mask[:, mask.any(axis=0).nonzero()[0].max() + 1] = other
    (event,) = find_events(image, mask)
    assert event["touches_other"]


def test_flags_of_a_plain_event_are_all_down():
    image, mask = scene()
    blob(image, mask, 30, 30)
    (event,) = find_events(image, mask)
    for name in ("touches_edge", "touches_other", "saturated", "touches_bad"):
        assert not event[name]


@pytest.mark.parametrize("place", [(0, 30), (59, 30), (30, 0), (30, 69)])
def test_clusters_at_the_edge_are_flagged_and_measured(place):
    image, mask = scene()
    blob(image, mask, *place)
    (event,) = find_events(image, mask)
    assert event["touches_edge"]
    assert event["signal"].value == pytest.approx(20000, rel=0.01)


def test_saturated_pixels_are_flagged():
    image, mask = scene()
    blob(image, mask, 30, 30, signal=2e6)
    (event,) = find_events(np.minimum(image, 65535), mask)
    assert event["saturated"]
    (event,) = find_events(np.minimum(image, 65535), mask, saturation=65536)
    assert not event["saturated"]


def test_what_is_not_finite_is_left_out_and_flagged():
    image, mask = scene()
    blob(image, mask, 30, 30)
    image[30, 31] = np.nan
    image[5:10] = np.inf
    (event,) = find_events(image, mask)
    assert event["touches_bad"]
    assert 10000 < event["signal"].value < 19000
    assert np.isfinite(event["noise"].value)


def test_a_cluster_of_nothing_finite_has_no_signal():
    image, mask = scene()
    mask[20:22, 20:22] = CLUSTER
    image[16:26, 16:26] = np.nan
    (event,) = find_events(image, mask, detector=DETECTOR)
    assert event["touches_bad"]
    assert event["signal"].value == 0
    assert event["row"].value == pytest.approx(20.5)


def test_an_image_full_of_clusters_has_no_background():
    image, mask = scene()
    mask[:] = CLUSTER
    (event,) = find_events(image, mask)
    assert np.isnan(event["noise"].value)
    assert np.isnan(event["signal_error"].value)
    assert event["touches_edge"]


@pytest.mark.parametrize("detector", [None, DETECTOR])
def test_an_empty_mask_gives_an_empty_table_with_all_columns_and_units(detector):
    image, mask = scene()
    empty = find_events(image, mask, detector=detector)
    blob(image, mask, 30, 30)
    full = find_events(image, mask, detector=detector)
    assert len(empty) == 0
    assert empty.colnames == full.colnames
    for name in full.colnames:
        assert empty[name].info.unit == full[name].info.unit
        assert empty[name].info.description
    assert empty.meta == full.meta


def test_the_image_stays_as_it_was():
    image, mask = scene()
    blob(image, mask, 30, 30)
    kept = image.copy(), mask.copy()
    find_events(image, mask)
    np.testing.assert_array_equal(image, kept[0])
    np.testing.assert_array_equal(mask, kept[1])


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3), (5, 5)])
def test_frames_of_any_shape_are_measured(shape):
    image, mask = np.random.default_rng(0).normal(0, 1, shape), np.zeros(shape, np.uint8)
    mask[0, 0] = CLUSTER
    image[0, 0] += 500
    (event,) = find_events(image, mask, detector=DETECTOR)
    assert event["signal"].value == pytest.approx(500, abs=15)
    assert event["touches_edge"]
    mask[:] = CLUSTER
    (whole,) = find_events(image, mask, detector=DETECTOR)
    assert whole["signal"].value == pytest.approx(image.sum())
    assert np.isnan(whole["noise"].value)


@pytest.mark.parametrize("kind", ["<u2", ">i4", ">f4", "<f8"])
def test_all_types_of_numbers_are_measured_alike(kind):
    image, mask = scene()
    blob(image, mask, 30, 30)
    image = np.rint(image)
    expected = find_events(image, mask)
    stored = np.empty((60, 140), kind)[:, ::2]
    stored[:] = image
    found = find_events(stored, np.asfortranarray(mask).astype(np.int64))
    for name in found.colnames:
        np.testing.assert_array_equal(found[name], expected[name])


def test_bad_input_is_named():
    image, mask = scene()
    with refused(r"image has shape \(60, 70\) and the mask \(60, 69\)"):
        find_events(image, mask[:, 1:])
    with refused("mask holds 0 to 9; it must hold class indices from 0 to 3"):
        find_events(image, np.where(mask == 0, 9, 0) * (image > 500))
    with refused("type float64 and the mask of float64; give numbers and class indices"):
        find_events(image, mask.astype(float))
    with refused(r"shape \(60, 70, 1\)"):
        find_events(image[..., None], mask[..., None])
    with refused("aperture margin is -1 px"):
        find_events(image, mask, aperture_margin=-1)


@pytest.mark.parametrize("noise", [0.2, 1.6])
def test_energies_of_simulated_points_are_unbiased(noise):
    """X-rays in the truth's mask: bias far below a per cent, pulls of a normal distribution."""
    detector = Detector("d", pedestal=1000.0, read_noise=noise * 5, gain=5.0)
    points = c.Particles(
        number=Uniform(4.0, 4.0),
        shares=(0.0, 0.0, 1.0, 0.0),
        variation=0.0,
        point_energy=LogUniform(1.0, 20.0),
        line_share=0.0,
        cut_share=0.0,
    )
    dark = c.DarkCharge(probability=1.0, level=Uniform(3.0, 3.0))
    recipe = Recipe(shape=(512, 512), components=(dark, points))
    errors, pulls = [], []
    for seed in range(4):
        frame = simulate_image(recipe, detector=detector, rng=np.random.default_rng(seed))
        table = find_events(frame.image, frame.mask, detector=detector)
        true = frame.events.table
        for event in table[~table["touches_edge"]]:
            distance = np.hypot(
                true["row"] - event["row"].value,
                true["column"] - event["column"].value,
            )
            if np.sort(distance)[1] > 12:
                energy = true["energy"][distance.argmin()]
                assert distance.min() < 0.5
                errors.append(event["energy"].value / energy - 1)
                pulls.append((event["energy"].value - energy) / event["energy_error"].value)
    assert len(errors) > 40
    assert abs(np.median(errors)) < 0.005
    assert np.std(pulls) == pytest.approx(1, abs=0.3)


def test_the_table_says_how_it_was_made():
    image, mask = scene()
    table = find_events(image, mask, detector=DAMIC, aperture_margin=1)
    assert table.meta["aperture_margin"] == 1
    assert table.meta["detector"]["gain"] == DAMIC.gain


def test_cosmics_are_measured_like_clusters():
    image, mask = scene()
    image[10:13, 20:30] += 200
    mask[10:13, 20:30] = 1
    (event,) = find_events(image, mask, classes=COSMICS)
    assert event["n_pixels"].value == 30
    assert event["signal"].value == pytest.approx(30 * 200, rel=0.02)
    assert not event["touches_other"]
    with refused("None of the classes dark, bright is one of particles"):
        find_events(image, mask, classes=ClassCatalogue({"dark": (0, 0, 0), "bright": (1, 1, 1)}))


def reference(image, mask, number):
    """Signal, its error, centroid and brightest pixel of one cluster, step by step."""
    labels, _ = ndimage.label(mask == CLUSTER, np.ones((3, 3)))
    distance, nearest = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    usable = np.isfinite(image) & (mask != HOT)
    pixels = labels == number
    aperture = (distance <= 2) & (labels[tuple(nearest)] == number) & usable
    box = np.zeros(mask.shape, dtype=bool)
    (rows, columns) = ndimage.find_objects(pixels.astype(int))[0]
    box[
        max(rows.start - 18, 0) : rows.stop + 18, max(columns.start - 18, 0) : columns.stop + 18
    ] = 1
    around = box & usable & (distance > 4)
    around[around] = ~sigma_clip(image[around], 5, cenfunc="mean", stdfunc="std").mask
    places, centre = np.argwhere(around), np.argwhere(aperture).mean(axis=0)
    terms = np.column_stack([np.ones(len(places)), places - centre])
    plane, squares, *_ = np.linalg.lstsq(terms, image[around], rcond=None)
    noise = (squares[0] / (len(places) - 3)) ** 0.5
    level_error = noise * np.linalg.inv(terms.T @ terms)[0, 0] ** 0.5
    above = (
        image
        - plane[0]
        - np.tensordot(plane[1:], np.indices(mask.shape) - centre[:, None, None], 1)
    )
    weights = np.where(pixels & usable, np.maximum(above, 0), 0)
    n_summed = np.count_nonzero(aperture)
    return {
        "signal": above[aperture].sum(),
        "signal_error": np.hypot(n_summed**0.5 * noise, n_summed * level_error),
        "background": plane[0],
        "noise": noise,
        "row": np.sum(weights * np.indices(mask.shape)[0]) / weights.sum(),
        "column": np.sum(weights * np.indices(mask.shape)[1]) / weights.sum(),
        "peak": above[pixels & usable].max(),
        "touches_bad": not np.isfinite(
            image[(distance <= 2) & (labels[tuple(nearest)] == number)]
        ).all(),
    }


def test_a_crowded_frame_is_measured_like_each_cluster_alone():
    """Hundred clusters, close to each other, to hot columns, to bad pixels and to the edges."""
    rng = np.random.default_rng(8)
    image, mask = scene((160, 200), slope=(0.05, -0.1))
    for _ in range(100):
        row, column = rng.uniform(0, 160), rng.uniform(0, 200)
        blob(image, mask, row, column, signal=10 ** rng.uniform(2, 5), sigma=rng.uniform(0.4, 2))
    image[:, 50] += 3000
    mask[:, 50] = HOT
    image[rng.integers(0, 160, 60), rng.integers(0, 200, 60)] = np.nan
    events = find_events(image, mask)
    assert len(events) > 60
    for event in events:
        for name, value in reference(image, mask, event["id"]).items():
            found = getattr(event[name], "value", event[name])
            assert found == pytest.approx(value, rel=1e-8, abs=1e-8)
