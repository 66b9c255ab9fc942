"""Lean U-Nets of any size."""

from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import layers

from ccdseg.models import NETWORKS, lean_unet, unet
from ccdseg.models.receptive_field import receptive_field
from ccdseg.models.weights import load_body, load_weights
from tests.refusal import refused

IMAGES = np.random.default_rng(0).normal(0, 1, (2, 32, 48, 1)).astype(np.float32)
TINY = {"filters": (2, 3, 4), "head": 3}


def build(input_shape=(None, None, 1), n_classes=4, **changes):
    keras.utils.set_random_seed(3)
    return lean_unet(input_shape, n_classes, **(TINY | changes))


def parameters(filters, head, stem, classes, channels, *, separable=False):
    """Count the weights of a lean U-Net without its code."""

    def convolution(size, n_in, n_out):
        return size * size * n_in * n_out + n_out

    def pair(n_in, n_out, level):
        if not separable or level == 0:
            return convolution(3, n_in, n_out) + convolution(3, n_out, n_out)
        return 9 * n_in + n_in * n_out + n_out + 9 * n_out + n_out * n_out + n_out

    total = convolution(stem, channels, filters[0])
    for level, (n_in, n_out) in enumerate(zip((filters[0], *filters), filters, strict=False)):
        total += pair(n_in, n_out, level)
    for level, (n_out, n_in) in enumerate(pairwise(filters)):
        total += convolution(2, n_in, n_out) + pair(n_out, n_out, level)
    return total + convolution(3, filters[0], head) + convolution(2, head, classes)


@pytest.mark.parametrize("separable", [False, True])
@pytest.mark.parametrize(
    ("architecture", "size", "channels"),
    [
        (((2, 2), 3, 4, 2), (None, None), 1),
        (((3, 5, 4), 8, 3, 4), (32, 48), 3),
        (((2, 2, 3, 4), 4, 7, 5), (32, None), 1),
    ],
)
def test_any_architecture_has_its_weights_and_gives_probabilities(
    architecture, size, channels, separable
):
    filters, head, stem, classes = architecture
    model = build(
        (*size, channels),
        classes,
        filters=filters,
        head=head,
        stem_size=stem,
        separable=separable,
    )
    assert model.count_params() == parameters(*architecture, channels, separable=separable)
    assert model.output_shape == (None, *size, classes)
    probabilities = np.asarray(model(np.repeat(IMAGES, channels, axis=-1)))
    assert probabilities.shape == (2, 32, 48, classes)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)
    assert probabilities.min() >= 0


def test_the_default_has_the_weights_that_it_is_said_to_have():
    model = lean_unet()
    assert model.count_params() == parameters((16, 16, 32, 64, 128), 16, 4, 4, 1)
    assert f"{model.count_params():,} parameters" in lean_unet.__doc__
    assert (model.name, NETWORKS["lean_unet"]) == ("lean_unet", lean_unet)
    assert NETWORKS["unet"] is unet
    assert model.input_shape == (None, None, None, 1)


def test_all_convolutions_work_at_half_resolution_or_below():
    model = build((64, 64, 1), filters=(16, 16, 32))
    sizes = {layer.name: layer.output.shape[1] for layer in model.layers}
    assert [name for name, size in sizes.items() if size == 64] == ["image", "probabilities"]
    assert isinstance(model.get_layer("probabilities"), layers.Conv2DTranspose)


def test_layers_are_named_by_their_role():
    names = [layer.name for layer in build(filters=(2, 3)).layers]
    assert sorted(names) == sorted(
        [
            "image",
            "stem",
            "encoder0_conv1",
            "encoder0_conv2",
            "encoder0_pool",
            "bottom_conv1",
            "bottom_conv2",
            "decoder0_up",
            "decoder0_join",
            "decoder0_conv1",
            "decoder0_conv2",
            "head_join",
            "head_conv",
            "probabilities",
        ]
    )


def test_the_activation_is_the_one_asked_for():
    model = build(activation="elu")
    for name in ("stem", "encoder0_conv1", "bottom_conv2", "decoder0_conv1", "head_conv"):
        assert model.get_layer(name).activation is keras.activations.elu
    assert model.get_layer("probabilities").activation is keras.activations.softmax


@pytest.mark.parametrize(
    "changes",
    [
        {"filters": (4, 4)},
        {"filters": (3, 3, 3)},
        {"filters": (2, 2, 2, 2)},
        {"stem_size": 7},
        {"separable": True},
    ],
)
def test_an_output_sees_all_within_the_halo_and_nothing_beyond(changes):
    model = build(**changes)
    model.get_layer("probabilities").activation = keras.activations.linear
    halo, stride = vars(receptive_field(model)).values()
    assert stride == 2 ** len((TINY | changes)["filters"])
    n = 2 * stride * -(-(halo + stride) // stride)
    rng = np.random.default_rng(4)
    outputs = np.arange(n // 2, n // 2 + stride)  # at all positions relative to the poolings
    distance = np.abs(np.arange(n)[:, None] - outputs)

    def seen(image):
        return np.asarray(model(image[..., None]))[:, outputs, outputs].max(axis=-1)

    image = rng.normal(0, 1, (n, n)).astype(np.float32)
    usual = seen(image[None])[0]
    for reach in (halo, halo - 5):
        changed = np.repeat(image[None], stride, axis=0)
        for one, beyond in zip(changed, (distance > reach).T, strict=True):
            one[beyond] += 1e6 * rng.random(n)
            one[:, beyond] += 1e6 * rng.random((n, beyond.sum()))
        same = np.isclose(np.diagonal(seen(changed)), usual, rtol=1e-3, atol=1e-3)
        assert same.all() == (reach == halo)


@pytest.mark.parametrize(
    ("shape", "levels", "stride"), [((248, 256, 1), 4, 16), ((64, 20, 1), 3, 8), ((2, 4, 1), 2, 4)]
)
def test_a_size_that_the_levels_do_not_divide_is_refused(shape, levels, stride):
    with refused(f"Input size {shape[0]}×{shape[1]} is not divisible by {stride}, as {levels} "):
        lean_unet(shape, filters=(2,) * levels)


@pytest.mark.parametrize(
    ("shape", "classes", "filters", "message"),
    [
        ((256, 256), 4, (2, 2), r"Input shape is \(256, 256\); give \(rows, columns, channels\)"),
        ((256, 256, None), 4, (2, 2), "give .rows, columns, channels"),
        ((256, 256, 1), 1, (2, 2), r"Filters \(2, 2\) and 1 classes; give .* 2 classes"),
        ((256, 256, 1), 4, (2,), r"Filters \(2,\) and 4 classes; give the filters of at least 2 "),
    ],
)
def test_an_impossible_architecture_is_refused(shape, classes, filters, message):
    with refused(message):
        lean_unet(shape, classes, filters=filters)


@pytest.mark.parametrize("changes", [{}, {"separable": True, "activation": "elu"}])
def test_a_saved_network_loads_safely_and_says_the_same(tmp_path, changes):
    model = build(**changes)
    model.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras", safe_mode=True)
    np.testing.assert_array_equal(np.asarray(loaded(IMAGES)), np.asarray(model(IMAGES)))


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras"])
def test_weights_are_loaded_from_either_format(tmp_path, name):
    model = build()
    save = model.save_weights if name.endswith(".h5") else model.save
    save(tmp_path / name)
    keras.utils.set_random_seed(99)
    other = lean_unet(**TINY)
    expected = np.asarray(model(IMAGES))
    assert not np.allclose(np.asarray(other(IMAGES)), expected)
    copy = lean_unet(**TINY, weights=tmp_path / name)
    np.testing.assert_array_equal(np.asarray(copy(IMAGES)), expected)
    load_weights(other, tmp_path / name)
    np.testing.assert_array_equal(np.asarray(other(IMAGES)), expected)


@pytest.mark.parametrize("change", [{"filters": (2, 3)}, {"head": 4}])
def test_weights_of_another_architecture_are_refused(tmp_path, change):
    build().save_weights(tmp_path / "a.weights.h5")
    with refused("a.weights.h5 do not fit the network"):
        build(weights=tmp_path / "a.weights.h5", **change)


def test_weights_that_are_missing_are_refused(tmp_path):
    with refused("none.keras: no such file"):
        build(weights=tmp_path / "none.keras")


def test_all_but_the_classes_is_taken_over(tmp_path):
    keras.utils.set_random_seed(1)
    source = lean_unet(**TINY)
    source.save(tmp_path / "a.keras")
    model = lean_unet(**TINY | {"n_classes": 2})
    load_body(model, tmp_path / "a.keras")
    for layer, twin in zip(model.layers[:-1], source.layers[:-1], strict=True):
        for weights, expected in zip(layer.get_weights(), twin.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, expected)
    assert model.layers[-1].get_weights()[0].shape != source.layers[-1].get_weights()[0].shape
    wider = lean_unet(**TINY | {"filters": (4, 4, 6)})
    with refused("another architecture"):
        load_body(wider, tmp_path / "a.keras")
    (tmp_path / "b.keras").write_text("no network")
    with refused("b.keras: the file is damaged"):
        load_body(model, tmp_path / "b.keras")
    with refused("no such file"):
        load_body(model, tmp_path / "c.keras")
