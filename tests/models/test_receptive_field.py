"""How far a network looks, worked out and measured."""

import keras
import numpy as np
import pytest
from keras import layers

from ccdseg.models.receptive_field import ReceptiveField, receptive_field
from tests.refusal import refused


def measured_reach(model, field):
    """Farthest output (px) that changes with one input pixel, the softmax left out.

    The pixel takes every position relative to the poolings.
    """
    logits = keras.Model(model.input, model.layers[-1].input)
    size = -(-(2 * field.halo + 8) // field.stride + 2) * field.stride
    rng = np.random.default_rng(4)
    image = rng.normal(0, 1, (1, size, size, 1)).astype(np.float32)
    before = logits.predict_on_batch(image)
    reach = 0
    for offset in range(field.stride):
        position = size // 2 + offset - field.stride // 2
        changed = image.copy()
        changed[0, position, position] += 1e6
        different = (logits.predict_on_batch(changed) != before)[0].any(axis=-1)
        reach = max(reach, int(np.abs(np.argwhere(different) - position).max()))
    return reach


@pytest.mark.parametrize("dilation_rate", [1, 2])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_the_halo_of_a_unet_is_its_reach(tiny_unet, levels, dilation_rate):
    model = tiny_unet(filters=4, levels=levels, dilation_rate=dilation_rate)
    field = receptive_field(model)
    assert field.stride == 2**levels
    assert field.halo - 4 <= measured_reach(model, field) <= field.halo


def network(*between):
    x = inputs = keras.Input((None, None, 1))
    for layer in between:
        x = layer(x)
    return keras.Model(inputs, layers.Conv2D(2, 1, activation="softmax")(x))


@pytest.mark.parametrize(
    ("between", "halo", "stride"),
    [
        ([], 0, 1),
        ([layers.Conv2D(2, 5, padding="same")], 2, 1),
        ([layers.Conv2D(2, 3, padding="same", dilation_rate=3), layers.ReLU()], 3, 1),
        ([layers.Conv2D(2, 3, padding="same"), layers.Conv2D(2, 3, padding="same")], 2, 1),
        ([layers.MaxPooling2D(4), layers.UpSampling2D(4)], 7, 4),
        ([layers.BatchNormalization(), layers.Dropout(0.5), layers.ELU()], 0, 1),
    ],
)
def test_the_reach_of_simple_networks_is_known(between, halo, stride):
    field = receptive_field(network(*between))
    assert field.stride == stride
    assert halo <= field.halo <= halo + 1


def test_a_strided_stem_and_its_transposed_convolution_reach_as_measured():
    model = network(
        layers.Conv2D(3, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(3, 3, padding="same", activation="relu"),
        layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
    )
    field = receptive_field(model)
    assert field.stride == 2
    assert field.halo - 4 <= measured_reach(model, field) <= field.halo


def test_a_sequential_network_is_read():
    model = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3, padding="same")])
    assert receptive_field(model) == ReceptiveField(halo=1, stride=1)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (layers.GlobalAveragePooling2D(keepdims=True), "GlobalAveragePooling2D"),
        (layers.LayerNormalization(axis=[1, 2, 3]), "LayerNormalization"),
        (layers.Permute((2, 1, 3)), "Permute"),
        (keras.Sequential([keras.Input((16, 16, 1)), layers.ReLU()]), "Sequential"),
    ],
)
def test_a_layer_of_unknown_reach_is_refused(layer, name):
    x = inputs = keras.Input((16, 16, 1))
    model = keras.Model(inputs, layers.Conv2D(2, 1)(layer(x)))
    with refused(rf"layer {layer.name} \({name}\) is not known"):
        receptive_field(model)


def test_a_layer_that_is_used_twice_is_refused():
    layer = layers.Conv2D(1, 3, padding="same")
    with refused(r"layer \S+ is not known; .* every layer is used once"):
        receptive_field(network(layer, layer))


def test_a_convolution_that_is_not_padded_is_refused():
    layer = layers.Conv2D(2, 3)
    with refused(f"Layer {layer.name} is padded 'valid'; only 'same' keeps sizes"):
        receptive_field(network(layer))
