"""The catalogue of classes."""

import json
from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from ccdseg.classes import CLASSES, COLOUR_BLIND_SAFE, COSMICS, ClassCatalogue
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


def test_a_class_is_found_by_its_index_and_its_own_name():
    for index in range(4):
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


VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""Linear RGB as it is seen: matrices of Machado, Oliveira and Fernandes (2009), severity 1."""


def closest(classes, vision):
    """Difference (CIEDE2000) of the two colours that a vision can tell apart least."""
    colours = classes.colours.astype(float)
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(VISION[vision]), 0, 1)
    seen = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = rgb2lab(seen[np.newaxis])[0]
    return min(deltaE_ciede2000(one, other) for one, other in combinations(lab, 2))


def test_the_second_colours_are_told_apart_by_the_colour_blind():
    safe = CLASSES.recoloured(COLOUR_BLIND_SAFE)
    assert safe.names == CLASSES.names
    assert min(closest(safe, vision) for vision in VISION) == pytest.approx(31, abs=0.5)
    assert min(closest(CLASSES, vision) for vision in VISION) == pytest.approx(19, abs=0.5)
    assert CLASSES.recoloured("safe") == safe
    assert CLASSES.recoloured("original") == CLASSES
    with refused("Unknown colours 'loud'; take original or safe"):
        CLASSES.recoloured("loud")
    partly = COSMICS.recoloured({"cosmic": (0, 0, 1)})
    assert partly["background"] == COSMICS["background"]
    assert partly["cosmic"].colour == (0, 0, 1)
