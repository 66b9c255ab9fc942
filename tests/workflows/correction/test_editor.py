"""The editor on a viewer without a window: what is painted reaches the corrections and the file."""

import warnings

import numpy as np
import pytest
from astropy.io import fits

from ccdseg.mask import IGNORED
from ccdseg.workflows.correction import save_correction

with warnings.catch_warnings(action="ignore"):  # of napari's own packages
    components = pytest.importorskip("napari.components", reason="napari is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")


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
