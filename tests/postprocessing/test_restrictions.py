"""Geometric restrictions: what each rule changes, and what it leaves."""

import numpy as np
import pytest

from ccdseg import postprocessing as post
from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from tests.refusal import refused

GLOW, HOT, CLUSTER = (CLASSES[name].index for name in ("glowing", "hot pixel", "cluster"))


def empty(shape=(60, 80)):
    return np.zeros(shape, dtype=np.uint8)


def disk(mask, row, column, radius, index):
    rows, columns = np.indices(mask.shape)
    mask[(rows - row) ** 2 + (columns - column) ** 2 <= radius**2] = index
    return mask


def after(mask, rule):
    kept = mask.copy()
    restricted = post.restrict(mask, [rule])
    np.testing.assert_array_equal(mask, kept)
    (change,) = restricted.changes
    assert change["rule"] == rule.name
    assert change["pixels"] == np.count_nonzero(restricted.mask != mask)
    return restricted.mask, int(change["components"])


def test_hot_lines_stay_crossing_or_wide_or_short():
    mask = empty()
    mask[:, 20] = mask[30, :] = mask[10:14, 40:75] = HOT
    mask[40:, 50:53] = HOT
    mask[3, 3] = mask[5:8, 5:8] = HOT
    changed, n_components = after(mask, post.RelabelHotBlobs())
    np.testing.assert_array_equal(changed, mask)
    assert n_components == 0


def test_wide_lines_stay_where_they_are_long_and_where_they_cross():
    mask = np.zeros((90, 90), np.uint8)
    mask[:, 20:40] = mask[50:62, :] = HOT
    changed, n_components = after(mask, post.RelabelHotBlobs())
    np.testing.assert_array_equal(changed, mask)
    assert n_components == 0
    short = mask.copy()
    short[:10] = short[45:] = 0
    changed, n_components = after(short, post.RelabelHotBlobs())
    assert n_components == 1
    assert np.all(changed[10:45, 20:40] == CLUSTER)


@pytest.mark.parametrize("on_line", [False, True])
def test_a_hot_blob_is_a_cluster_also_on_a_line(on_line):
    mask = disk(empty(), 30, 40, 6, HOT)
    blob = mask == HOT
    if on_line:
        mask[:, 40] = HOT
    changed, n_components = after(mask, post.RelabelHotBlobs())
    assert n_components == 1
    assert np.mean(changed[blob] == CLUSTER) > 0.85
    np.testing.assert_array_equal(changed[~blob], mask[~blob])


def test_a_large_hot_part_of_the_glow_is_glow():
    mask = empty()
    mask[:, :40] = GLOW
    mask[10:40, 8:30] = HOT
    changed, n_components = after(mask, post.RelabelHotBlobs())
    assert n_components == 1
    assert np.all(changed[10:40, 8:30] == GLOW)


@pytest.mark.parametrize("vertical", [False, True])
def test_a_hot_piece_between_two_pieces_of_a_track_is_part_of_it(vertical):
    mask = empty((60, 60))
    mask[10:12, 10:20] = mask[11:13, 26:34] = CLUSTER
    mask[11, 20:26] = HOT  # between both
    mask[30:33, 10:20] = CLUSTER
    mask[31, 20:30] = HOT  # at one end
    mask[:, 40] = HOT  # a column through a track
    mask[45:47, 35:40] = mask[45:47, 41:46] = CLUSTER
    mask[50:54, 5] = HOT  # a short one through a track
    mask[51, 1:5] = mask[51, 6:9] = CLUSTER
    mask = mask.T if vertical else mask
    changed, n_components = after(mask, post.BridgeTracks())
    expected = mask.T.copy() if vertical else mask.copy()
    expected[11, 20:26] = CLUSTER
    assert n_components == 1
    np.testing.assert_array_equal(changed, expected.T if vertical else expected)
    same, _ = after(mask, post.BridgeTracks(max_length=3))
    np.testing.assert_array_equal(same, mask)


@pytest.mark.parametrize("vertical", [False, True])
def test_a_thin_straight_cluster_is_hot(vertical):
    mask = empty()
    mask[10, 10:30] = CLUSTER
    mask[20, 10:14] = CLUSTER
    mask[30:32, 10:30] = CLUSTER
    mask = mask.T if vertical else mask
    changed, n_components = after(mask, post.RelabelClusterLines())
    assert n_components == 1
    expected = empty()
    expected[10, 10:30] = HOT
    expected[20, 10:14] = CLUSTER
    expected[30:32, 10:30] = CLUSTER
    np.testing.assert_array_equal(changed, expected.T if vertical else expected)


def test_clusters_of_other_sizes_become_what_surrounds_them():
    mask = empty()
    mask[:, 40:] = GLOW
    mask[5, 5] = mask[5, 60] = CLUSTER
    mask[10, 10:12] = CLUSTER
    disk(mask, 40, 20, 12, CLUSTER)
    changed, n_components = after(mask, post.LimitClusterSizes(min_size=2, max_size=100))
    assert n_components == 3
    assert changed[5, 5] == 0
    assert changed[5, 60] == GLOW
    assert np.all(changed[10, 10:12] == CLUSTER)
    assert changed[40, 20] == 0


def test_specks_of_glow_vanish_and_its_bulk_stays():
    mask = empty()
    mask[:, 60:] = GLOW
    mask[10:12, 10:12] = GLOW
    disk(mask, 40, 20, 6, CLUSTER)
    mask[39:42, 19:22] = GLOW
    changed, n_components = after(mask, post.RemoveSmallGlow())
    assert n_components == 2
    assert np.all(changed[10:12, 10:12] == 0)
    assert np.all(changed[39:42, 19:22] == CLUSTER)
    np.testing.assert_array_equal(changed[:, 60:], mask[:, 60:])


def test_small_holes_of_clusters_are_closed():
    mask = disk(empty(), 30, 40, 9, CLUSTER)
    mask[28, 40] = mask[33, 38:40] = 0
    mask[27:30, 44:46] = GLOW
    mask[30, 36] = HOT
    disk(mask, 0, 0, 4, CLUSTER)
    mask[0, 0] = 0
    changed, n_components = after(mask, post.FillClusterHoles(max_size=4))
    assert n_components == 2
    assert changed[28, 40] == CLUSTER
    assert np.all(changed[33, 38:40] == CLUSTER)
    assert np.all(changed[27:30, 44:46] == GLOW)
    assert changed[30, 36] == HOT
    assert changed[0, 0] == 0


def test_rules_are_applied_one_after_the_other():
    mask = empty()
    mask[10, 10:30] = CLUSTER
    mask[40, 40] = CLUSTER
    rules = [post.RelabelClusterLines(), post.LimitClusterSizes()]
    restricted = post.restrict(mask, rules)
    assert list(restricted.changes["rule"]) == [rule.name for rule in rules]
    assert list(restricted.changes["components"]) == [1, 1]
    assert list(restricted.changes["pixels"]) == [20, 1]


@pytest.mark.parametrize("name", post.RULES)
def test_every_rule_leaves_an_empty_mask(name):
    for shape in ((1, 1), (5, 1), (40, 40)):
        changed, n_components = after(empty(shape), post.RULES[name]())
        assert n_components == 0
        assert not changed.any()


@pytest.mark.parametrize("name", post.RULES)
def test_every_rule_keeps_class_indices(name):
    for mask in np.random.default_rng(0).integers(0, 4, (3, 50, 60), dtype=np.uint8):
        changed, _ = after(mask, post.RULES[name]())
        assert changed.max() < len(CLASSES)
        assert changed.dtype == np.uint8


@pytest.mark.parametrize("classes", [CLASSES, COSMICS])
def test_without_rules_the_default_ones_of_the_classes_are_applied(classes):
    mask = np.zeros((20, 40), np.uint8)
    mask[10, 5:35] = classes.particles.index
    if classes is CLASSES:
        mask[10, 20:23] = HOT
    restricted = post.restrict(mask, classes=classes)
    expected = post.restrict(mask, post.default_rules(classes), classes=classes)
    np.testing.assert_array_equal(restricted.mask, expected.mask)
    assert list(restricted.changes["rule"]) == [rule.name for rule in post.default_rules(classes)]


def test_no_rule_changes_nothing():
    mask = np.random.default_rng(1).integers(0, 4, (9, 9), dtype=np.uint8)
    restricted = post.restrict(mask, [])
    np.testing.assert_array_equal(restricted.mask, mask)
    assert restricted.changes.colnames == ["rule", "components", "pixels"]
    assert len(restricted.changes) == 0


def test_bad_input_is_named():
    with refused(r"mask has shape \(2, 3, 4\)"):
        post.restrict(np.zeros((2, 3, 4), np.uint8), [])
    with refused("type float64; give class indices"):
        post.restrict(np.zeros((2, 3)), [])
    with refused("mask holds 7 to 7; it must hold class indices from 0 to 3"):
        post.restrict(np.full((2, 3), 7, np.uint8), [])
    with refused("'limit cluster sizes': min_size is 0; give a whole number from 1"):
        post.LimitClusterSizes(min_size=0)
    with refused("max_size is 3; give a whole number from 5"):
        post.LimitClusterSizes(min_size=5, max_size=3)
    with refused("max_width is 2.5"):
        post.RelabelHotBlobs(max_width=2.5)
    two = ClassCatalogue({"background": (0, 0, 0), "cosmic": (1, 0, 0)})
    with refused("Unknown class 'hot pixel'; the classes are: background, cosmic"):
        post.restrict(empty(), [post.RelabelClusterLines()], classes=two)


@pytest.mark.parametrize("n_pixels", [0, 1, 3])
def test_a_mask_grows_into_background_and_glow_alone(n_pixels):
    mask = disk(empty(), 30, 40, 4, CLUSTER)
    mask[:, 46] = HOT
    mask[:20] = GLOW
    grown = post.grow(mask, n_pixels)
    rows, columns = np.indices(mask.shape)
    reach = np.array(
        [np.hypot(rows - row, columns - column) for row, column in np.argwhere(mask == CLUSTER)]
    ).min(axis=0)
    expected = np.where((reach <= n_pixels) & (mask != HOT), CLUSTER, mask)
    np.testing.assert_array_equal(grown, expected)
    assert grown.dtype == np.uint8


def test_cosmics_grow_as_clusters_do():
    mask = disk(empty(), 30, 40, 4, 1)
    clusters = np.where(mask == 1, np.uint8(CLUSTER), mask)
    grown = post.grow(mask, 2, classes=COSMICS)
    np.testing.assert_array_equal(grown == 1, post.grow(clusters, 2) == CLUSTER)
    with refused("None of the classes a, b is one of particles"):
        post.grow(mask, 2, classes=ClassCatalogue({"a": (0, 0, 0), "b": (1, 1, 1)}))


def test_growing_by_less_than_nothing_is_refused():
    with refused("cannot grow by -1 px"):
        post.grow(empty(), -1)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint16, np.int32])
def test_inpainting_fills_what_is_masked_and_nothing_else(kind):
    rows, columns = np.indices((60, 80))
    truth = 1000 + 3 * rows + 2 * columns
    image = (truth + np.random.default_rng(1).normal(0, 2, truth.shape)).astype(kind)
    masked = disk(empty(), 30, 40, 7, 1).astype(bool)
    masked[0, 0] = masked[:, 70] = True
    spoilt = np.where(masked, 60000, image).astype(kind)
    filled = post.inpaint(spoilt, masked)
    assert filled.dtype == kind
    assert filled[~masked].tobytes() == image[~masked].tobytes()
    assert np.abs(filled[masked] - truth[masked]).max() < 15
    assert spoilt[30, 40] == 60000


def test_what_is_not_finite_serves_for_no_filling_and_stays_where_not_masked():
    image = np.full((40, 40), 7.0)
    image[10:20, 10:20] = np.nan
    masked = np.zeros((40, 40), dtype=bool)
    masked[15:25, 15:25] = True
    filled = post.inpaint(image, masked)
    assert np.all(filled[masked] == pytest.approx(7))
    assert np.isnan(filled[10:15, 10:20]).all()


def test_a_hole_wider_than_any_kernel_is_filled():
    image = np.random.default_rng(2).normal(50, 1, (600, 600))
    masked = np.ones((600, 600), dtype=bool)
    masked[:40] = False
    filled = post.inpaint(image, masked)
    assert np.isfinite(filled).all()
    assert filled[500, 300] == pytest.approx(50, abs=1)


def test_nothing_masked_changes_nothing():
    image = np.random.default_rng(3).normal(size=(9, 9))
    np.testing.assert_array_equal(post.inpaint(image, np.zeros((9, 9), bool)), image)


def test_bad_input_of_inpainting_is_named():
    with refused("nothing is left to fill from"):
        post.inpaint(np.ones((3, 3)), np.ones((3, 3), bool))
    with refused(r"shape \(3, 3\) and the mask \(3, 4\)"):
        post.inpaint(np.ones((3, 3)), np.ones((3, 4), bool))
    with refused("type uint8"):
        post.inpaint(np.ones((3, 3)), np.ones((3, 3), np.uint8))
