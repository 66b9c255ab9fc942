"""The editor on a viewer without a window: what is painted reaches the corrections and the file."""

import warnings
"""The editor without a window: layers, keys, images, events; skipped where napari is missing."""

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.mask import IGNORED
from ccdseg.workflows.correction import save_correction

with warnings.catch_warnings(action="ignore"):  # of napari's own packages
    components = pytest.importorskip("napari.components", reason="napari is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")
from ccdseg import CLASSES
from ccdseg.mask import IGNORED
from ccdseg.workflows.correction import save_correction

pytest.importorskip("napari", reason="install ccdseg[napari]: make test-napari")


@pytest.fixture
def editor(opened):
    from ccdseg.workflows.correction.editor import MaskEditor

    return MaskEditor(opened, components.ViewerModel(), save=lambda: save_correction(opened))


def press(editor, key):
    """Call what a key of the mask's layer does."""
    action = next(
        action for bound, action in editor.layers.mask.keymap.items() if str(bound).lower() == key
    )
    action(editor.layers.mask)


def test_the_frame_lies_below_its_mask_which_is_painted(editor, opened):
    names = [layer.name for layer in editor.viewer.layers]
    assert names[0] == "signal (ADU)"
    assert names[-1] == "mask"
    np.testing.assert_array_equal(editor.layers.mask.data, opened.images[0].found)
    assert str(editor.layers.mask.mode) == "paint"
    assert not editor.unsaved


def test_classes_are_chosen_by_their_digits_and_undecided_by_u(editor):
    press(editor, "2")
    assert editor.selected == 2
    press(editor, "u")
    assert editor.selected == IGNORED
    editor.layers.mask.selected_label = 77
    assert editor.selected == IGNORED


def test_what_is_painted_is_saved_and_can_be_undone(editor, opened):
    mask, found = editor.layers.mask, opened.images[0].found
    press(editor, "u")
    mask.fill((5, 5), IGNORED) if found[5, 5] != IGNORED else None
    painted = np.count_nonzero(mask.data == IGNORED)
    assert painted > 1
    assert editor.unsaved
    editor.save()
    assert not editor.unsaved
    with fits.open(opened.path) as hdus:
        assert np.count_nonzero(hdus["CCD_B"].data == IGNORED) == painted
    mask.undo()
    editor.store()
    np.testing.assert_array_equal(opened.images[0].mask, found)


def test_images_of_a_file_keep_what_was_painted_on_them(editor, opened):
    editor.layers.mask.paint((8, 8), 3)
    painted = editor.layers.mask.data.copy()
    editor.go_to_image(1)
    np.testing.assert_array_equal(editor.layers.mask.data, opened.images[1].found)
    editor.go_to_image(1)
    np.testing.assert_array_equal(editor.layers.mask.data, painted)


def test_damage_by_the_editor_is_put_back(editor, opened):
    editor.layers.mask.data = opened.images[0].found[:, 1:].copy()
    editor.store()
    np.testing.assert_array_equal(editor.layers.mask.data, opened.images[0].found)
    from napari.components import ViewerModel

    from ccdseg.workflows.correction.editor import MaskEditor

    return MaskEditor(opened, ViewerModel(), save=lambda: save_correction(opened))


def press(editor, key):
    """Press a key where the mouse would be: on the layer of the mask, or else on the viewer."""
    for target in (editor.layers.mask, editor.viewer):
        for binding, action in target.keymap.items():
            if str(binding) == key:
                return action(target)
    raise AssertionError(f"{key} does nothing")


def test_the_mask_lies_in_its_colours_over_the_signal(editor):
    layers = editor.layers
    assert editor.viewer.layers[0].name == "signal (ADU)"
    assert editor.viewer.layers.selection.active is layers.mask
    assert layers.mask.data.shape == layers.signal.data.shape == (64, 64)
    for row in tuple(CLASSES)[1:]:
        np.testing.assert_allclose(layers.mask.get_color(row.index)[:3], row.colour, atol=1e-6)
    assert [choice.name for choice in editor.choices] == [*CLASSES.names, "undecided"]
    low, high = layers.signal.contrast_limits
    assert low < np.median(layers.signal.data) < high


@pytest.mark.parametrize(("key", "value"), [("0", 0), ("2", 2), ("3", 3), ("U", IGNORED)])
def test_a_key_chooses_what_is_painted(editor, key, value):
    press(editor, key)
    assert editor.selected == value
    editor.layers.mask.paint((30, 30), editor.selected)
    editor.store()
    assert editor.correction.images[0].mask[30, 30] == value


@pytest.mark.parametrize("value", [4, 99, 254])
def test_a_label_that_is_no_class_cannot_be_chosen(editor, value):
    editor.choose(2)
    editor.layers.mask.selected_label = value
    assert editor.selected == 2


def test_damage_by_other_tools_is_put_back(editor):
    image = editor.correction.images[0]
    editor.layers.mask.data = np.zeros((8, 8), np.uint8)
    editor.store()
    np.testing.assert_array_equal(editor.layers.mask.data, image.found)
    editor.layers.mask.data = np.full((64, 64), 77, np.uint8)
    editor.store()
    np.testing.assert_array_equal(editor.layers.mask.data, image.found)
    assert not editor.unsaved


def test_images_keep_what_was_painted_while_another_is_seen(editor):
    editor.choose(1)
    editor.layers.mask.paint((5, 5), 1)
    press(editor, "PageDown")
    assert editor.layers.title == "multi.fits, CCD_C"
    assert editor.layers.mask.data.shape == (40, 64)
    editor.layers.mask.paint((7, 7), 2)
    press(editor, "PageDown")
    assert editor.layers.mask.data[5, 5] == 1
    editor.layers.mask.undo()
    assert editor.layers.mask.data[5, 5] == editor.correction.images[0].found[5, 5]
    editor.layers.mask.redo()
    assert editor.unsaved
    press(editor, "Ctrl+S")
    assert not editor.unsaved
    with fits.open(editor.correction.path) as hdus:
        assert hdus["CCD_B"].data[5, 5] == 1
        assert hdus["CCD_C"].data[7, 7] == 2


def test_events_are_looked_at_by_their_signal(editor):
    events = editor.correction.images[0].events
    order = np.argsort(np.asarray(events["signal"]))[::-1]
    camera = editor.viewer.scene.camera
    for expected in (order[0], order[1]):
        press(editor, "N")
        place = [float(np.asarray(events[name])[expected]) for name in ("row", "column")]
        np.testing.assert_allclose(camera.center[1:], place)
    press(editor, "Shift+N")
    assert f"event {events['id'][order[0]]}:" in editor.viewer.status
