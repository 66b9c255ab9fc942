"""Images beside their masks."""

import numpy as np

from ccdseg import plotting
from ccdseg.classes import CLASSES
from ccdseg.tiling import Tile
from tests.plotting.figures import drawn, panels


def test_a_section_is_drawn_in_coordinates_of_the_full_frame():
    rng = np.random.default_rng(0)
    image = rng.normal(0, 1, (600, 900))
    mask = rng.integers(0, 4, image.shape).astype(np.uint8)
    tile = Tile(read=np.s_[256:512, 300:556], keep=np.s_[256:512, 512:556])
    figure = plotting.show_section(image, mask, tile=tile, name="hot pixels")
    left, middle, right = panels(figure)
    for axes in (left, middle, right):
        assert tuple(axes.get_images()[0].get_extent()) == (299.5, 555.5, 255.5, 511.5)
        low, high = axes.get_ylim()
        assert 255 < low < high < 512
    part = mask[256:512, 300:556]
    np.testing.assert_array_equal(drawn(left), image[256:512, 300:556])
    np.testing.assert_array_equal(drawn(middle), CLASSES.colours[part])
    np.testing.assert_array_equal(drawn(right).any(axis=-1), part == CLASSES["hot pixel"].index)
    assert right.get_title() == "hot pixel alone"


def test_panels_have_a_row_per_image_and_a_column_per_mask(small_set):
    images, masks = small_set.images[:3], small_set.masks[:3]
    figure = plotting.show_panels(images, {"truth": masks, "prediction": masks[::-1]})
    assert [axes.get_title() for axes in panels(figure)[:3]] == ["image", "truth", "prediction"]
    arrays = [drawn(axes) for axes in panels(figure)]
    np.testing.assert_array_equal(arrays[3], images[1])
    np.testing.assert_array_equal(arrays[7], CLASSES.colours[masks[2]])
    np.testing.assert_array_equal(arrays[8], CLASSES.colours[masks[0]])
    assert len(arrays) == 9


def test_augmented_versions_stand_beside_the_original(small_set):
    figure = plotting.show_augmentation(
        small_set.images[0],
        small_set.masks[0],
        augmented_images=small_set.images[1:3],
        augmented_masks=small_set.masks[1:3],
    )
    grid = panels(figure)
    assert [axes.get_title() for axes in grid[:3]] == ["original", "augmented 1", "augmented 2"]
    np.testing.assert_array_equal(drawn(grid[2]), small_set.images[2])
    np.testing.assert_array_equal(drawn(grid[5]), CLASSES.colours[small_set.masks[2]])
