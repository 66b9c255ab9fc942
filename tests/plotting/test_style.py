"""What holds for every figure: files, labels, sizes, the axes to draw into."""

import subprocess
import sys

import numpy as np
import pytest
from astropy import units as u
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from ccdseg import plotting
from ccdseg.evaluation import pixel_report
from ccdseg.events import find_events
from ccdseg.plotting.style import DPI
from ccdseg.tiling import Tile
from tests.plotting.figures import legend
from tests.plotting.test_curves import HISTORY
from tests.plotting.test_image_scores import NET
from tests.refusal import refused

TILE = Tile(read=np.s_[0:32, 16:48], keep=np.s_[0:32, 16:48])


def every_figure(image, mask):
    images, masks = image[np.newaxis].repeat(2, 0), mask[np.newaxis].repeat(2, 0)
    augmented = {"augmented_images": images, "augmented_masks": masks}
    return {
        "frame": lambda: plotting.show_frame(image, mask, title="CCD_1"),
        "pair": lambda: plotting.show_pair(image, mask, title="CCD_1"),
        "panels": lambda: plotting.show_panels(images, {"truth": masks}, title="CCD_1"),
        "augmentation": lambda: plotting.show_augmentation(image, mask, **augmented, title="CCD_1"),
        "section": lambda: plotting.show_section(
            image, mask, tile=TILE, name="cluster", title="CCD_1"
        ),
        "history": lambda: plotting.show_history(HISTORY, title="CCD_1"),
    }


def one_panel_figures(image, mask):
    scores = {"net": NET}
    events = find_events(image, mask)
    return {
        "overlay": lambda **given: plotting.show_overlay(image, mask, **given),
        "events": lambda **given: plotting.show_events(image, mask, events=events, **given),
        "charge": lambda **given: plotting.show_charge_distribution(image, mask, **given),
        "confusion": lambda **given: plotting.show_confusion(pixel_report(mask, mask), **given),
        "counts": lambda **given: plotting.show_counts(scores, **given),
        "score box": lambda **given: plotting.show_score_box(scores, "iou", **given),
    }


UNITS = {
    "pair": plotting.show_pair,
    "panels": lambda image, mask, **given: plotting.show_panels(
        image[np.newaxis], {"truth": mask[np.newaxis]}, **given
    ),
    "augmentation": lambda image, mask, **given: plotting.show_augmentation(
        image, mask, augmented_images=image[None], augmented_masks=mask[None], **given
    ),
    "section": lambda image, mask, **given: plotting.show_section(
        image, mask, tile=TILE, name="cluster", **given
    ),
    "charge": plotting.show_charge_distribution,
}
ONE_PANEL = ("overlay", "events", "charge", "confusion", "counts", "score box")
KINDS = ("frame", "pair", "panels", "augmentation", "section", "history", *ONE_PANEL)


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_is_saved_as_a_picture_of_its_size(pair, tmp_path, kind):
    figure = (every_figure(*pair) | one_panel_figures(*pair))[kind]()
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_title_is_kept_as_it_is(pair, kind):
    if kind in ONE_PANEL:
        figure = one_panel_figures(*pair)[kind](title="CCD_1")
        assert figure.axes[0].get_title().splitlines()[0] == "CCD_1"
    else:
        assert every_figure(*pair)[kind]().get_suptitle() == "CCD_1"


def test_the_name_of_a_file_is_no_formula_and_fits_its_figure(pair):
    name = "run_3$5keV$x^2" + 160 * "n"
    figures = [
        plotting.show_frame(*pair, title=name),
        plotting.show_events(*pair, events=find_events(*pair), title=name),
        plotting.show_section(*pair, tile=TILE, name="glowing", title=name),
    ]
    for figure in figures:
        figure.draw_without_rendering()
        (title,) = (
            text
            for text in figure.findobj(Text)
            if text.get_text().replace("\n", "").startswith(name)
        )
        assert not title.get_parse_math()
        box = title.get_window_extent()
        assert 0 < box.x0 < box.x1 < figure.bbox.x1


@pytest.mark.parametrize("kind", ["pair", "panels", "augmentation", "section", "charge"])
def test_the_unit_of_an_image_is_that_of_its_label(pair, kind):
    figure = UNITS[kind](*pair, unit=u.electron)
    children = [child for axes in figure.axes for child in (axes, *axes.child_axes)]
    labels = {label for axes in children for label in (axes.get_xlabel(), axes.get_ylabel())}
    assert "signal (e⁻)" in labels
    assert not [label for label in labels if "ADU" in label]


@pytest.mark.parametrize("kind", ONE_PANEL)
def test_a_figure_of_one_panel_is_drawn_into_given_axes(pair, kind):
    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw = one_panel_figures(*pair)[kind]
    assert draw(ax=right) is figure
    assert not left.has_data()
    (alone,) = (axes for axes in draw().axes if axes.get_label() != "<colorbar>")
    assert right.get_title() == alone.get_title()
    assert (right.get_xlabel(), right.get_ylabel()) == (alone.get_xlabel(), alone.get_ylabel())
    assert len(right.get_children()) == len(alone.get_children())


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
