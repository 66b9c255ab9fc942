"""Images in the style of the original simulation against their recipe and their truth."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from astropy import units as u

from ccdseg.classes import CLASSES
from ccdseg.detector import DAMIC
from ccdseg.mask import IntensityBands
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    FixedDetector,
    Recipe,
    simulate_dataset,
    simulate_image,
    simulate_images,
)
from ccdseg.simulation import components as c
from ccdseg.simulation.effects import SECONDS_PER_DAY, bin_columns, waiting_time
from ccdseg.simulation.element_list import ELEMENT
from ccdseg.simulation.pasting import pasted_events
from ccdseg.simulation.ranges import Uniform, WholeNumbers
from ccdseg.simulation.truth import truth_mask
from tests.refusal import refused

BACKGROUND, GLOWING, HOT_PIXEL, CLUSTER = range(4)
SILENT = replace(DAMIC, read_noise=0.0)
NONE = WholeNumbers(0, 0)
EMPTY = Recipe(
    name="test",
    shape=(64, 80),
    detector=FixedDetector(DAMIC),
    components=(
        c.DarkCurrent(),
        c.GlowSlab(probability=0.0),
        c.HotSegments(number=NONE),
        c.PastedClusters(number=NONE),
    ),
)
CROWDED = EMPTY.with_components(
    c.GlowSlab(width=WholeNumbers(20, 30)),
    c.HotSegments(number=Uniform(22.0, 32.0)),
    c.PastedClusters(number=Uniform(64.0, 115.0)),
)
"""Six to nine lines and five to nine clusters in 64×80 pixels."""

LIBRARY = ClusterLibrary.from_arrays(
    [np.array([[5.0, 1.0], [0.0, 9.0], [2.0, 3.0]]), np.diag([4.0, 8.0, 2.0, 1.0])]
)
ORIENTATIONS = list(product([False, True], repeat=3))


def simulate(recipe, seed=1, detector=None):
    return simulate_image(recipe, detector=detector, rng=np.random.default_rng(seed))


def one_cluster(shape, **changes):
    number = 256**2 / (shape[0] * shape[1])
    pasted = c.PastedClusters(number=Uniform(number, number), **changes)
    return EMPTY.scaled(shape).with_components(pasted)


def of_class(simulated, name):
    return simulated.elements[simulated.elements["class_index"] == CLASSES[name].index]


def footprint(simulated, name):
    covered = np.zeros(simulated.image.shape, dtype=bool)
    for element in of_class(simulated, name):
        bottom = element["first_row"] + element["height"]
        right = element["first_column"] + element["width"]
        covered[element["first_row"] : bottom, element["first_column"] : right] = True
    return covered


def frequencies(recipe, n):
    masks = [image.mask for image in simulate_images(recipe, n, rng=np.random.default_rng(1))]
    return np.bincount(np.ravel(masks), minlength=4) / np.size(masks)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: c.PastedClusters(number=Uniform(-1.0, 2.0)), "number begins at -1.0"),
        (lambda: c.PastedClusters(number=WholeNumbers(5, 2)), "Range from 5 to 2"),
        (lambda: c.PastedClusters(span=(0.5, 0.5)), r"PastedClusters: span is \(0.5, 0.5\)"),
        (lambda: c.PastedClusters(span=(0.5, 1.1)), "span is"),
        (lambda: c.PastedClusters(number=WholeNumbers(1.5, 2.5)), "give whole numbers"),
        (lambda: c.HotSegments(number=Uniform(-3.0, 2.0)), "number begins at -3.0"),
        (lambda: c.HotSegments(level=Uniform(float("nan"), 1.0)), "Range from nan"),
        (lambda: c.HotSegments(level=Uniform(-2.0, 1.0)), "level begins at -2.0"),
        (lambda: c.HotSegments(span=(-0.1, 0.5)), "HotSegments: span is"),
        (lambda: c.GlowSlab(width=WholeNumbers(-3, 2)), "width begins at -3"),
        (lambda: c.GlowSlab(offset=WholeNumbers(-5, -2)), "offset begins at -5"),
        (lambda: c.GlowSlab(offset=WholeNumbers(5, 2)), "Range from 5 to 2"),
        (lambda: c.GlowSlab(level=Uniform(1500.0, 1400.0)), "Range from 1500.0 to 1400.0"),
        (lambda: c.GlowSlab(probability=1.1), "probability is 1.1; it lies from 0 to 1"),
        (lambda: c.DarkCurrent(exposure=-1.0), "exposure is -1.0 s"),
        (lambda: c.TransferLoss(inefficiency=2.0), "inefficiency is 2.0"),
        (lambda: replace(EMPTY, column_binning=0), "column_binning is 0"),
    ],
)
def test_what_is_impossible_is_refused(make, message):
    with refused(message):
        make()


@pytest.mark.parametrize("n_images", [0, -1])
def test_at_least_one_image_is_simulated(n_images):
    with refused(f"{n_images} images asked for"):
        simulate_dataset(EMPTY, n_images=n_images, rng=np.random.default_rng(1))


def test_a_scaled_recipe_has_as_many_elements_per_area():
    recipe = RECIPES["training"].scaled((512, 128))
    assert recipe == replace(RECIPES["training"], shape=(512, 128))
    large, small = (
        [simulate(RECIPES["training"].scaled(shape), seed) for seed in range(12)]
        for shape in ((512, 512), (128, 128))
    )
    for images, clusters, lines in (
        (large, (800, 2400), (800, 1000)),
        (small, (50, 150), (200, 250)),
    ):
        numbers = [len(image.events) for image in images]
        assert clusters[0] <= min(numbers) < max(numbers) <= clusters[1]
        numbers = [len(of_class(image, "hot pixel")) for image in images]
        assert lines[0] <= min(numbers) < max(numbers) <= lines[1]


def test_the_test_recipe_is_sparse_as_real_images_are():
    shares = frequencies(RECIPES["test"], 400)
    assert shares[BACKGROUND] == pytest.approx(0.92, abs=0.02)
    assert shares[GLOWING] == pytest.approx(0.068, abs=0.015)
    assert shares[HOT_PIXEL] == pytest.approx(0.004, abs=0.001)
    assert shares[CLUSTER] == pytest.approx(0.007, abs=0.001)


def test_the_training_recipe_is_dense_and_balanced():
    shares = frequencies(RECIPES["training"], 60)
    assert shares.min() > 0.08
    assert shares[BACKGROUND] < 0.6


def test_the_training_recipe_has_glow_left_hot_pixels_in_the_middle_and_clusters_right():
    recipe = RECIPES["training"]
    columns = np.arange(recipe.shape[1]) / recipe.shape[1]
    masks = simulate_dataset(recipe, n_images=20, rng=np.random.default_rng(1)).masks
    glowing, hot, cluster = (
        (masks == index).sum(axis=(0, 1)) / (masks == index).sum() for index in (1, 2, 3)
    )
    assert columns[glowing > 0].max() < 0.26
    assert columns[hot > 0].min() >= 0.25
    assert columns[hot > 0].max() < 0.57
    assert cluster[columns >= 0.56].sum() > 0.95


def test_the_highest_priority_counts_where_elements_overlap():
    present = np.array(list(product([0.0, 1000.0], repeat=3))).T
    signals = dict(zip(("glowing", "cluster", "hot pixel"), present[:, np.newaxis], strict=True))
    noise = np.full((1, 8), 19.0)
    priority = ("background", "glowing", "cluster", "hot pixel")
    mask = truth_mask(signals, noise, threshold=1.5, priority=priority)
    assert mask.dtype == np.uint8
    assert mask.tolist() == [[0, 2, 3, 2, 1, 2, 3, 2]]
    turned = ("background", "hot pixel", "cluster", "glowing")
    mask = truth_mask(signals, noise, threshold=1.5, priority=turned)
    assert mask.tolist() == [[0, 2, 3, 3, 1, 1, 1, 1]]


def test_an_element_counts_from_the_threshold_on():
    nothing = np.zeros((1, 5))
    noise = np.array([[20.0, 20.0, 20.0, 40.0, 0.0]])
    cluster = np.array([[30.0, 29.99, 31.0, 31.0, 0.0]])
    signals = {"glowing": nothing, "cluster": cluster, "hot pixel": nothing}
    priority = Recipe().priority
    mask = truth_mask(signals, noise, threshold=1.5, priority=priority)
    assert mask.tolist() == [[3, 0, 3, 0, 0]]
    assert truth_mask(signals, noise, threshold=0.0, priority=priority)[0, 4] == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("threshold", [1.5, 3.0])
def test_the_mask_is_what_was_deposited(seed, threshold):
    simulated = simulate(replace(CROWDED, truth_threshold=threshold), seed)
    hot, glow = footprint(simulated, "hot pixel"), footprint(simulated, "glowing")
    cluster = simulated.cluster_signal >= np.float32(threshold) * simulated.noise
    np.testing.assert_array_equal(simulated.mask == HOT_PIXEL, hot)
    np.testing.assert_array_equal(simulated.mask == CLUSTER, cluster & ~hot)
    np.testing.assert_array_equal(simulated.mask == GLOWING, glow & ~cluster & ~hot)
    assert set(np.unique(simulated.mask)) == {0, 1, 2, 3}


def test_ambiguous_are_deposits_of_half_to_three_deviations():
    simulated = simulate(RECIPES["test"])
    ratio = simulated.cluster_signal / simulated.noise
    np.testing.assert_array_equal(simulated.ambiguous, (ratio > 0.5) & (ratio < 3))
    assert simulated.ambiguous.any()


@pytest.mark.parametrize("seed", range(4))
def test_the_image_is_the_sum_of_its_elements(seed):
    simulated = simulate(CROWDED, seed, SILENT)
    expected = SILENT.pedestal + simulated.cluster_signal.astype(float)
    for name in ("glowing", "hot pixel"):
        expected += of_class(simulated, name)["level"][0] * footprint(simulated, name)
    np.testing.assert_allclose(simulated.image, expected, rtol=1e-6)


def test_elements_stay_within_the_ranges_of_the_recipe():
    images = list(simulate_images(RECIPES["test"], 400, rng=np.random.default_rng(1)))
    glows = np.concatenate([of_class(image, "glowing") for image in images])
    lines = [of_class(image, "hot pixel") for image in images]
    assert {len(line) for line in lines} == set(range(9))
    assert {len(image.events) for image in images} == set(range(4, 17))
    assert set(glows["first_column"]) == set(range(5))
    assert (glows["width"].min(), glows["width"].max()) == (40, 61)
    assert 1400 <= glows["level"].min() < glows["level"].max() <= 1500
    assert np.all(glows["height"] == 256)
    lines = np.concatenate(lines)
    np.testing.assert_allclose(lines["level"], 2200, rtol=1e-6)
    assert np.all(np.minimum(lines["height"], lines["width"]) == 1)
    assert len(glows) / 400 == pytest.approx(0.35, abs=4 * (0.35 * 0.65 / 400) ** 0.5)


def test_a_cluster_inside_the_frame_leaves_all_its_energy():
    recipe = one_cluster((128, 128))
    n_inside = 0
    for seed in range(30):
        simulated = simulate(recipe, seed, SILENT)
        (element,) = simulated.table()
        first = element["first_row"].value, element["first_column"].value
        ends = first[0] + element["height"].value, first[1] + element["width"].value
        if min(first) < 0 or max(ends) > 128:
            continue
        n_inside += 1
        energy = simulated.cluster_signal.sum(dtype=float) / SILENT.adu_per_kev
        assert energy == pytest.approx(element["energy"].to_value(u.keV), rel=1e-5)
        rows, columns = np.nonzero(simulated.cluster_signal)
        assert (rows.min(), rows.max() + 1) == (first[0], ends[0])
        assert (columns.min(), columns.max() + 1) == (first[1], ends[1])
        middle = element["row"].value, element["column"].value
        assert middle == ((first[0] + ends[0] - 1) / 2, (first[1] + ends[1] - 1) / 2)
    assert n_inside > 15


def test_clusters_come_from_the_library_of_the_recipe():
    recipe = one_cluster((64, 80), span=(0.3, 0.7)).with_library(LIBRARY)
    energies = {float(simulate(recipe, seed).events.table["energy"][0]) for seed in range(10)}
    assert energies == set(LIBRARY.total_energies.tolist())


def test_a_recipe_without_pasted_clusters_takes_no_library():
    with refused("The recipe general makes its own particles"):
        RECIPES["general"].with_library(LIBRARY)


def test_the_table_of_elements_has_units():
    simulated = simulate(CROWDED)
    table = simulated.table()
    assert len(table) == len(simulated.elements) + len(simulated.events)
    assert set(table["class"]) == {"glowing", "hot pixel", "cluster"}
    assert set(table["kind"]) == {"slab", "segment", "pasted"}
    assert [table[name].unit for name in ("first_row", "width", "level", "energy")] == [
        u.pix,
        u.pix,
        u.adu,
        u.keV,
    ]
    is_cluster = table["class"] == "cluster"
    np.testing.assert_array_equal(np.isnan(table["energy"]), ~is_cluster)
    np.testing.assert_array_equal(np.isnan(table["level"]), is_cluster)


def test_the_table_of_an_image_without_elements_has_the_same_columns():
    table = simulate(EMPTY).table()
    assert len(table) == 0
    assert table.colnames == simulate(CROWDED).table().colnames


def test_pasted_clusters_are_events_without_a_path():
    simulated = simulate(CROWDED)
    assert simulated.elements.dtype == ELEMENT
    assert set(simulated.events.table["kind"]) == {"pasted"}
    assert np.isnan(simulated.events.table["depth"]).all()
    charge = simulated.events.charge_map(simulated.image.shape)
    np.testing.assert_allclose(simulated.cluster_signal, charge * DAMIC.gain, rtol=1e-6)


def test_the_detector_is_that_of_the_recipe_unless_one_is_given():
    usual = simulate(EMPTY)
    assert usual.detector is DAMIC is EMPTY.fixed_detector
    given = replace(DAMIC, pedestal=100.0)
    other = simulate(EMPTY, detector=given)
    assert other.detector is given
    np.testing.assert_allclose(other.image - 100, usual.image - 8800, atol=2e-3)


def oriented(cluster, flip_rows, flip_columns, transposed):
    cluster = cluster[::-1] if flip_rows else cluster
    cluster = cluster[:, ::-1] if flip_columns else cluster
    return cluster.T if transposed else cluster


def pasted(cluster, row, column, shape):
    frame = np.zeros((shape[0] + 20, shape[1] + 20), dtype=np.float32)
    height, width = cluster.shape
    frame[row + 10 : row + 10 + height, column + 10 : column + 10 + width] = cluster
    return frame[10:-10, 10:-10]


def paste(shape, picked, rows, columns, turned):
    """Energy (keV) of pasted clusters: a pair energy of 1000 eV gives an electron per keV."""
    events = pasted_events(
        LIBRARY,
        np.array(picked, dtype=int),
        np.array(rows, dtype=int),
        np.array(columns, dtype=int),
        turned=np.array(turned, dtype=bool).reshape(-1, 3).T,
        pair_energy=1000.0,
    )
    return events.charge_map(shape)


@pytest.mark.parametrize("turned", ORIENTATIONS)
def test_a_cluster_is_turned_and_cut_at_the_edges(turned):
    places = [(2, 3), (-1, -1), (-2, 7), (5, -1), (6, 8), (-5, 2), (3, 9), (-4, -9)]
    for row, column in places:
        frame = paste((7, 9), [0], [row], [column], turned)
        expected = pasted(oriented(LIBRARY[0], *turned), row, column, (7, 9))
        assert frame.dtype == np.float32
        np.testing.assert_array_equal(frame, expected)


def test_the_eight_orientations_differ():
    frames = {paste((7, 9), [0], [2], [3], turned).tobytes() for turned in ORIENTATIONS}
    assert len(frames) == 8


def test_pasted_clusters_add_up():
    rng = np.random.default_rng(1)
    picked, turned = rng.integers(0, 2, 12), rng.random((12, 3)) < 0.5
    rows, columns = rng.integers(-4, 12, 12), rng.integers(-4, 15, 12)
    expected = sum(
        pasted(oriented(LIBRARY[i], *turns), row, column, (11, 14))
        for i, turns, row, column in zip(picked, turned, rows, columns, strict=True)
    )
    np.testing.assert_array_equal(paste((11, 14), picked, rows, columns, turned), expected)


def test_nothing_pasted_is_an_empty_frame():
    np.testing.assert_array_equal(paste((4, 5), [], [], [], []), np.zeros((4, 5)))


def test_an_empty_image_is_pedestal_and_noise():
    simulated = simulate(EMPTY.scaled((256, 256)))
    assert not simulated.mask.any()
    assert len(simulated.elements) == 0
    np.testing.assert_allclose(simulated.noise, DAMIC.noise, rtol=1e-6)
    signal = simulated.image.astype(float) - DAMIC.pedestal
    assert abs(signal.mean()) < 4 * DAMIC.noise / signal.size**0.5
    assert abs(signal.std() - DAMIC.noise) < 4 * DAMIC.noise / (2 * signal.size) ** 0.5


@pytest.mark.parametrize("binning", [2, 4])
def test_binning_sums_the_columns_of_the_image(binning):
    whole = simulate(CROWDED, detector=SILENT)
    recipe = replace(CROWDED, shape=(64, 80 // binning), column_binning=binning)
    binned = simulate(recipe, detector=SILENT)
    assert binned.image.shape == binned.mask.shape == (64, 80 // binning)
    np.testing.assert_allclose(
        binned.image - SILENT.pedestal,
        bin_columns(whole.image - SILENT.pedestal, binning),
        rtol=1e-4,
        atol=0.01,
    )
    hot = whole.mask == HOT_PIXEL
    np.testing.assert_array_equal(binned.mask == HOT_PIXEL, bin_columns(hot, binning) > 0)
    np.testing.assert_array_equal(footprint(binned, "hot pixel"), binned.mask == HOT_PIXEL)
    charge = binned.events.charge_map(binned.image.shape) * SILENT.gain
    np.testing.assert_allclose(binned.cluster_signal, charge, rtol=1e-5)


def test_binning_adds_the_noise_of_the_dark_charge_but_not_of_the_readout():
    detector = replace(DAMIC, dark_current=1e5)
    time = waiting_time(EMPTY.shape, 0, detector.pixel_time, n_samples=detector.n_samples)
    mean = detector.dark_current * time[0, 0] / SECONDS_PER_DAY
    recipe = replace(EMPTY, shape=(64, 20), column_binning=4)
    noise = simulate(recipe, detector=detector).noise
    expected = (detector.noise**2 + 4 * detector.gain**2 * mean) ** 0.5
    np.testing.assert_allclose(noise, expected, rtol=1e-6)


def test_transfer_takes_charge_from_the_elements_far_from_the_amplifier():
    slab = c.GlowSlab(offset=NONE, width=WholeNumbers(80, 80))
    recipe = replace(EMPTY, components=(slab,))
    inefficiency = 0.05
    before = simulate(recipe, detector=SILENT).image
    lossy = replace(recipe, components=(slab, c.TransferLoss(inefficiency=inefficiency)))
    simulated = simulate(lossy, detector=SILENT)
    lost = (before.astype(float) - simulated.image) / SILENT.gain
    transfers = np.add.outer(np.arange(64), np.arange(80)) + 1
    assert lost.min() > -0.01
    error = (inefficiency * (1 - inefficiency) * transfers).sum() ** 0.5
    assert abs(lost.sum() - inefficiency * transfers.sum()) < 4 * error
    far = transfers > 100
    assert lost[far].mean() > lost[~far].mean() > 0


def test_what_transfers_lose_is_missing_in_the_truth_of_each_class_by_its_share():
    recipe = replace(CROWDED, components=(*CROWDED.components, c.TransferLoss(inefficiency=0.5)))
    simulated, whole = simulate(recipe, detector=SILENT), simulate(CROWDED, detector=SILENT)
    lost = whole.cluster_signal - simulated.cluster_signal
    assert lost.min() >= -0.01
    assert lost.max() > 10
    alone = (
        (whole.cluster_signal > 0) & ~footprint(whole, "glowing") & ~footprint(whole, "hot pixel")
    )
    np.testing.assert_allclose(
        simulated.image[alone] - SILENT.pedestal, simulated.cluster_signal[alone], atol=0.01
    )


def test_dark_current_raises_the_mean_and_the_noise():
    detector = replace(DAMIC, dark_current=2e4, n_samples=100)
    simulated = simulate(EMPTY.scaled((256, 256)), detector=detector)
    mean = 2e4 * 256 * 256 * 3e-5 * 100 / SECONDS_PER_DAY
    sigma = (detector.noise**2 + detector.gain**2 * mean) ** 0.5
    np.testing.assert_allclose(simulated.noise, sigma, rtol=1e-6)
    assert sigma > 1.1 * detector.noise
    signal = simulated.image.astype(float) - detector.pedestal
    assert abs(signal.mean() - detector.gain * mean) < 4 * sigma / signal.size**0.5
    assert abs(signal.std() - sigma) < 4 * sigma / (2 * signal.size) ** 0.5


def test_after_an_exposure_the_dark_charge_grows_along_the_rows():
    detector = replace(DAMIC, dark_current=1e5)
    simulated = simulate(EMPTY.with_components(c.DarkCurrent(exposure=2.0)), detector=detector)
    time = waiting_time(EMPTY.shape, 2.0, detector.pixel_time, n_samples=detector.n_samples)
    variance = detector.noise**2 + detector.gain**2 * 1e5 * time / SECONDS_PER_DAY
    np.testing.assert_allclose(simulated.noise, variance**0.5, rtol=1e-6)
    assert simulated.noise[-1, -1] > simulated.noise[0, 0]


@pytest.mark.parametrize("n_workers", [2, -1])
def test_the_seed_gives_the_same_images_whatever_the_number_of_workers(n_workers):
    one, many = (
        simulate_dataset(CROWDED, n_images=7, rng=np.random.default_rng(5), n_workers=n)
        for n in (1, n_workers)
    )
    for name in ("images", "masks", "ambiguous"):
        np.testing.assert_array_equal(getattr(one, name), getattr(many, name))


def test_images_of_a_set_differ_and_so_do_seeds_and_calls():
    rng = np.random.default_rng(5)
    sets = [simulate_dataset(CROWDED, n_images=3, rng=rng, n_workers=1) for _ in range(2)]
    sets.append(simulate_dataset(CROWDED, n_images=3, rng=np.random.default_rng(6), n_workers=1))
    images = {image.tobytes() for array_set in sets for image in array_set.images}
    assert len(images) == 9


def test_a_set_unpacks_into_images_and_masks():
    array_set = simulate_dataset(CROWDED, n_images=2, rng=np.random.default_rng(1))
    images, masks = array_set
    assert images.shape == masks.shape == array_set.ambiguous.shape == (2, 64, 80)
    assert (images.dtype, masks.dtype, array_set.ambiguous.dtype) == (np.float32, np.uint8, bool)


def test_a_set_holds_the_simulated_images_in_order():
    images = list(simulate_images(CROWDED, 3, rng=np.random.default_rng(1), n_workers=2))
    array_set = simulate_dataset(CROWDED, n_images=3, rng=np.random.default_rng(1))
    for i, simulated in enumerate(images):
        np.testing.assert_array_equal(array_set.images[i], simulated.image)
        np.testing.assert_array_equal(array_set.masks[i], simulated.mask)
        np.testing.assert_array_equal(array_set.ambiguous[i], simulated.ambiguous)


def test_the_progress_bar_names_the_recipe(capsys):
    simulate_dataset(EMPTY, n_images=1, rng=np.random.default_rng(1), progress=True)
    assert "Simulating (test)" in capsys.readouterr().err
    simulate_dataset(EMPTY, n_images=1, rng=np.random.default_rng(1))
    assert capsys.readouterr().err == ""


def test_intensity_bands_follow_the_levels_and_the_detector_of_the_recipe():
    bands = RECIPES["test"].intensity_bands()
    assert bands == IntensityBands.from_levels(DAMIC, glow=(1400, 1500), hot=(2200, 2200))
    slab = c.GlowSlab(level=Uniform(300.0, 500.0))
    other = RECIPES["test"].with_components(slab).intensity_bands(SILENT, n_sigma=1.0)
    assert other == IntensityBands.from_levels(
        SILENT, glow=(300, 500), hot=(2200, 2200), n_sigma=1.0
    )
    with refused("the recipe general draws them for each image"):
        RECIPES["general"].intensity_bands(DAMIC)
