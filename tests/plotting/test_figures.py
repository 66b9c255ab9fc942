"""Every figure: labels with units, legends, what is drawn, and the files."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from ccdseg import plotting
from ccdseg.classes import CLASSES
from ccdseg.evaluation import pixel_report
from ccdseg.plotting.figure import DPI
from ccdseg.tiling import Tile
from tests.refusal import refused

CLUSTER = CLASSES["cluster"]
HISTORY = {
    "loss": [2.0, 1.0, 0.5, 0.25],
    "val_loss": [2.5, 1.5, 0.75, 0.875],
    "accuracy": [0.5, 0.6, 0.7, 0.8],
    "val_accuracy": [0.4, 0.5, 0.625, 0.6],
}


@pytest.fixture(scope="module")
def pair(small_set):
    return small_set.images[0], small_set.masks[0]


def panels(figure):
    """Axes without colour bars, row by row."""
    return [axes for axes in figure.axes if axes.get_subplotspec() is not None]


def drawn(axes):
    return np.asarray(axes.get_images()[0].get_array())


def legend(where):
    return [text.get_text() for text in where.get_texts()]


def every_figure(image, mask):
    images, masks = image[np.newaxis].repeat(2, 0), mask[np.newaxis].repeat(2, 0)
    tile = Tile(read=np.s_[0:32, 16:48], keep=np.s_[0:32, 16:48])
    return {
        "frame": lambda: plotting.show_frame(image, mask, title="CCD"),
        "pair": lambda: plotting.show_pair(image, mask, title="CCD"),
        "panels": lambda: plotting.show_panels(images, {"label": masks, "prediction": masks}),
        "augmentation": lambda: plotting.show_augmentation(image, mask, images, masks),
        "section": lambda: plotting.show_section(image, mask, tile, "cluster", title="CCD"),
        "charge": lambda: plotting.show_charge_distribution(image, mask),
        "history": lambda: plotting.show_history(HISTORY),
        "confusion": lambda: plotting.show_confusion(pixel_report(mask, mask)),
    }


KINDS = list(every_figure(np.zeros((2, 2)), np.zeros((2, 2))))


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_saved_as_a_picture_of_its_size(pair, tmp_path, kind):
    figure = every_figure(*pair)[kind]()
    assert isinstance(figure, Figure)
    path = plotting.save_figure(figure, tmp_path / "new" / f"{kind}.png")
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        expected = figure.get_size_inches() * DPI
        np.testing.assert_allclose(picture.size, expected, atol=1)
        assert np.asarray(picture.convert("L")).std() > 10


@pytest.mark.parametrize("kind", ["frame", "pair", "panels", "augmentation", "section"])
def test_images_are_labelled_with_their_units(pair, kind):
    figure = every_figure(*pair)[kind]()
    labels = {axes.get_xlabel() for axes in figure.axes}
    assert "column (px)" in labels
    assert "row (px)" in {axes.get_ylabel() for axes in figure.axes}
    children = [child for axes in figure.axes for child in (axes, *axes.child_axes)]
    assert "signal (ADU)" in {axes.get_ylabel() for axes in children}
    assert legend(figure.legends[0])[-1].startswith("cluster")


def test_the_legend_of_a_frame_holds_the_percentages():
    mask = np.zeros((200, 200), np.uint8)
    mask[:50] = CLASSES["glowing"].index
    mask[199] = CLUSTER.index
    mask[100, 0] = CLASSES["hot pixel"].index
    figure = plotting.show_frame(np.zeros(mask.shape), mask)
    assert legend(figure.legends[0]) == [
        "background 74.50 %",
        "glowing 25.00 %",
        "hot pixel < 0.01 %",
        "cluster 0.50 %",
    ]


def test_a_frame_is_drawn_beside_its_segmentation_in_the_colours_of_the_classes(pair):
    figure = plotting.show_frame(*pair, title="CCD_B")
    first, second = panels(figure)
    assert (first.get_title(), second.get_title()) == ("frame", "segmentation")
    assert figure.get_suptitle() == "CCD_B"
    np.testing.assert_array_equal(drawn(first), pair[0])
    np.testing.assert_array_equal(drawn(second), CLASSES.colours[pair[1]])


def test_a_huge_frame_still_shows_its_only_cluster(tmp_path):
    image = np.zeros((5000, 4000), np.float32)
    mask = np.zeros(image.shape, np.uint8)
    image[3210, 1234], mask[3210, 1234] = 1000, CLUSTER.index
    figure = plotting.show_frame(image, mask)
    first, second = panels(figure)
    assert drawn(first).max() == 1000
    coloured = (drawn(second) == np.float32(CLUSTER.colour)).all(axis=-1)
    assert coloured.sum() == 1
    row, column = np.argwhere(coloured)[0] / coloured.shape * image.shape
    assert (row, column) == pytest.approx((3210, 1234), abs=10)
    assert max(drawn(first).shape) < 2000
    assert plotting.save_figure(figure, tmp_path / "huge.png").stat().st_size > 0


@pytest.mark.parametrize("shape", [(40, 4700), (4700, 40), (1, 300), (64, 64), (100, 250)])
def test_a_frame_of_any_shape_is_shown_whole(tmp_path, shape):
    image = np.random.default_rng(0).normal(0, 1, shape)
    figure = plotting.show_frame(image, np.zeros(shape, np.uint8))
    for axes in panels(figure):
        assert axes.get_xlim() == (-0.5, shape[1] - 0.5)
        assert axes.get_ylim() == (-0.5, shape[0] - 0.5)
    assert figure.get_size_inches().max() <= 20
    with Image.open(plotting.save_figure(figure, tmp_path / "a.png")) as picture:
        assert np.asarray(picture.convert("L")).std() > 10


def test_pixels_that_are_not_finite_are_drawn_as_the_median(pair):
    image = pair[0].copy()
    image[3, 4:6] = np.nan, np.inf
    array = drawn(panels(plotting.show_frame(image, pair[1]))[0])
    assert array[3, 4] == array[3, 5] == np.median(image[np.isfinite(image)])


@pytest.mark.parametrize("level", [0.0, 8800.0, -5.0])
def test_a_frame_without_any_contrast_is_drawn(tmp_path, level):
    image, mask = np.full((20, 20), level), np.zeros((20, 20), np.uint8)
    figures = plotting.show_frame(image, mask), plotting.show_charge_distribution(image, mask)
    for i, figure in enumerate(figures):
        assert plotting.save_figure(figure, tmp_path / f"{i}.png").stat().st_size > 0


def test_a_section_is_drawn_in_coordinates_of_the_full_frame():
    rng = np.random.default_rng(0)
    image = rng.normal(0, 1, (600, 900))
    mask = rng.integers(0, 4, image.shape).astype(np.uint8)
    tile = Tile(read=np.s_[256:512, 300:556], keep=np.s_[256:512, 512:556])
    figure = plotting.show_section(image, mask, tile, "hot pixels")
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
    figure = plotting.show_panels(images, {"label": masks, "prediction": masks[::-1]})
    assert [axes.get_title() for axes in panels(figure)[:3]] == ["image", "label", "prediction"]
    arrays = [drawn(axes) for axes in panels(figure)]
    np.testing.assert_array_equal(arrays[3], images[1])
    np.testing.assert_array_equal(arrays[7], CLASSES.colours[masks[2]])
    np.testing.assert_array_equal(arrays[8], CLASSES.colours[masks[0]])
    assert len(arrays) == 9


def test_augmented_versions_stand_beside_the_original(small_set):
    figure = plotting.show_augmentation(
        small_set.images[0], small_set.masks[0], small_set.images[1:3], small_set.masks[1:3]
    )
    grid = panels(figure)
    assert [axes.get_title() for axes in grid[:3]] == ["original", "augmented 1", "augmented 2"]
    np.testing.assert_array_equal(drawn(grid[2]), small_set.images[2])
    np.testing.assert_array_equal(drawn(grid[5]), CLASSES.colours[small_set.masks[2]])


@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_the_best_epoch_is_marked_on_every_curve(name):
    figure = plotting.show_history(HISTORY)
    axes = next(axes for axes in figure.axes if axes.get_ylabel() == name)
    assert axes.get_xlabel() == "epoch"
    lines = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    for label, key in {"training": name, "validation": f"val_{name}"}.items():
        assert lines[label] == [[i, value] for i, value in enumerate(HISTORY[key], start=1)]
    best = HISTORY[f"val_{name}"][2]
    assert lines[f"best epoch 3: {best}"] == [[3, best]]
    assert legend(axes.get_legend()) == ["training", "validation", f"best epoch 3: {best}"]


def test_the_curves_of_one_epoch_are_drawn(tmp_path):
    figure = plotting.show_history({name: values[:1] for name, values in HISTORY.items()})
    assert plotting.save_figure(figure, tmp_path / "a.png").stat().st_size > 0


def histograms(figure):
    axes = figure.axes[0]
    counts = [patch.get_data().values.sum() for patch in axes.patches]
    return dict(zip(legend(axes.get_legend()), counts, strict=True))


def test_the_charge_distribution_counts_every_finite_pixel_once_and_by_class():
    image = np.arange(1000, dtype=np.float32).reshape(20, 50)
    mask = np.repeat([0, 1, 2, 3], [500, 300, 150, 50]).reshape(20, 50)
    image[0, 0] = np.nan
    figure = plotting.show_charge_distribution(image, mask)
    assert histograms(figure) == {
        "all pixels": 999,
        "background": 499,
        "glowing": 300,
        "hot pixel": 150,
        "cluster": 50,
    }
    assert histograms(plotting.show_charge_distribution(image)) == {"all pixels": 999}
    assert figure.axes[0].get_xlabel() == "signal (ADU)"
    assert figure.axes[0].get_ylabel() == "pixels per 3.33 ADU"


def test_the_confusion_matrix_holds_pixels_and_shares():
    true = np.repeat([0, 0, 1, 3], [6000, 2000, 1000, 500])
    predicted = np.repeat([0, 3, 1, 3], [6000, 2000, 1000, 500])
    axes = plotting.show_confusion(pixel_report(true, predicted)).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(cells) == 16
    assert cells[0, 0] == "6,000\n75.00%"
    assert cells[3, 0] == "2,000\n25.00%"
    assert cells[0, 3] == "0\n0.00%"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert [label.get_text() for label in axes.get_xticklabels()] == list(CLASSES.names)


def test_an_existing_picture_is_replaced_only_when_asked(tmp_path):
    path = tmp_path / "a.png"
    path.write_text("precious")
    figure = Figure()
    with refused("a.png exists already"):
        plotting.save_figure(figure, path)
    assert path.read_text() == "precious"
    plotting.save_figure(figure, path, overwrite=True)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_plotting_leaves_pyplot_and_its_windows_alone():
    code = "import sys, ccdseg.plotting; sys.exit('matplotlib.pyplot' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own code
    assert result.returncode == 0
