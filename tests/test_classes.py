"""The catalogue of classes."""

import json

import numpy as np
import pytest

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from tests.refusal import refused


def test_classes_have_their_order_indices_and_colours():
    assert CLASSES.names == ("background", "glowing", "hot pixel", "cluster")
    assert [row.index for row in CLASSES] == [0, 1, 2, 3]
    assert [row.colour for row in CLASSES] == [
        (0, 0, 0),
        (0.35, 1, 0.25),
        (0, 0.5, 1),
        (1, 0.2, 0.2),
    ]


def test_colours_as_an_array_are_those_of_the_rows():
    assert CLASSES.colours.dtype == np.float32
    np.testing.assert_array_equal(
        CLASSES.colours, np.array([row.colour for row in CLASSES], dtype=np.float32)
    )


@pytest.mark.parametrize(
    "name", ["hot pixel", "hot pixels", "Hot Pixel", "HOT_PIXELS", "hot-pixel", " hot pixel "]
)
def test_a_class_is_found_by_any_spelling_of_its_name(name):
    assert CLASSES[name].index == 2


@pytest.mark.parametrize("index", range(4))
def test_a_class_is_found_by_its_index_and_its_own_name(index):
    assert CLASSES[index].index == index
    assert CLASSES[CLASSES[index].name] is CLASSES[index]


def test_an_unknown_class_lists_the_names():
    with refused("'dog'; the classes are: background, glowing, hot pixel, cluster"):
        CLASSES["dog"]


def test_an_index_beyond_the_last_is_an_index_error():
    with pytest.raises(IndexError):
        CLASSES[4]


def test_a_catalogue_survives_json():
    rows = json.loads(json.dumps(CLASSES.to_list()))
    again = ClassCatalogue.from_list(rows[::-1])
    assert again == CLASSES
    assert hash(again) == hash(CLASSES)


def test_catalogues_with_another_order_or_colour_differ():
    colours = {row.name: row.colour for row in CLASSES}
    assert ClassCatalogue(dict(reversed(colours.items()))) != CLASSES
    assert ClassCatalogue(colours | {"cluster": (1, 1, 1)}) != CLASSES


@pytest.mark.parametrize("n", [0, 1, 257])
def test_a_catalogue_holds_between_2_and_256_classes(n):
    with refused(f"{n} classes; .* between 2 and 256"):
        ClassCatalogue({str(i): (0, 0, 0) for i in range(n)})


def test_a_row_cannot_be_changed():
    with pytest.raises(AttributeError, match="index"):
        CLASSES[0].index = 1


def test_a_name_with_an_underscore_is_found():
    assert ClassCatalogue({"sky": (0, 0, 0), "hot_pixel": (1, 1, 1)})["hot_pixel"].index == 1


@pytest.mark.parametrize("indices", [(0, 5), (1, 2)])
def test_indices_with_gaps_are_refused(indices):
    with refused("index"):
        ClassCatalogue.from_list(
            [{"index": i, "name": str(i), "colour": (0, 0, 0)} for i in indices]
        )


def test_the_class_of_particles_is_known():
    assert CLASSES.particles == CLASSES["cluster"]
    assert COSMICS.particles == COSMICS["cosmic"]
    without = ClassCatalogue({"dark": (0, 0, 0), "bright": (1, 1, 1)})
    assert without.particles is None
    assert COSMICS.need_particles() == COSMICS["cosmic"]
    with refused(r"None of the classes dark, bright is one of particles \(cluster or cosmic\)"):
        without.need_particles()


def test_masks_are_translated_between_catalogues():
    mask = np.array([[0, 1], [2, 3]], dtype=np.uint8)
    translated = CLASSES.translated(mask, to=COSMICS)
    np.testing.assert_array_equal(translated, [[0, 0], [0, 1]])
    assert translated.dtype == np.uint8
    np.testing.assert_array_equal(COSMICS.translated(translated, to=CLASSES), [[0, 0], [0, 3]])
    np.testing.assert_array_equal(CLASSES.translated(mask, to=CLASSES), mask)
    with refused("holds 0 to 3; it must hold class indices from 0 to 1"):
        COSMICS.translated(mask, to=CLASSES)
