"""U-Nets of any size."""

import re

import keras
import numpy as np
import pytest
from keras import layers

from ccdseg.models import unet
from tests.refusal import refused

IMAGES = np.random.default_rng(0).normal(0, 1, (2, 32, 48, 1)).astype(np.float32)


def of_kind(model, kind):
    return [layer for layer in model.layers if type(layer) is kind]


def parameters(filters, levels, classes, channels=1):
    """Count the weights of a U-Net without its code."""

    def convolution(size, n_in, n_out):
        return size * size * n_in * n_out + n_out

    def pair(n_in, n_out):
        return convolution(3, n_in, n_out) + convolution(3, n_out, n_out)

    widths = [filters * 2**level for level in range(levels + 1)]
    down = sum(pair(*sizes) for sizes in zip([channels, *widths], widths, strict=False))
    up = sum(convolution(2, 2 * width, width) + pair(2 * width, width) for width in widths[:-1])
    return down + up + convolution(1, filters, classes)


@pytest.fixture(scope="module")
def original():
    return unet()


def test_the_default_is_the_original(original):
    assert original.count_params() == parameters(32, 4, 4) == 7_759_620
    assert original.input_shape == (None, 256, 256, 1)
    assert original.output_shape == (None, 256, 256, 4)
    assert len(of_kind(original, layers.Conv2D)) == 19
    assert len(of_kind(original, layers.Conv2DTranspose)) == 4
    assert len(of_kind(original, layers.MaxPooling2D)) == 4


def test_the_default_hyperparameters_are_the_original_ones(original):
    wide = [layer for layer in of_kind(original, layers.Conv2D) if layer.kernel_size == (3, 3)]
    assert len(wide) == 18
    for layer in wide:
        assert layer.activation is keras.activations.elu
        assert float(layer.kernel_regularizer.l2) == pytest.approx(0.01)
        assert layer.padding == "same"
    assert [layer.rate for layer in of_kind(original, layers.Dropout)] == [0.18] * 9
    assert [layer.scale for layer in of_kind(original, layers.Rescaling)] == [1 / 255]


@pytest.mark.parametrize("size", [(None, None), (32, 48)])
@pytest.mark.parametrize("architecture", [(2, 1, 2, 1), (3, 2, 4, 3), (2, 4, 7, 1)])
def test_any_number_of_filters_levels_classes_and_channels(tiny_unet, size, architecture):
    filters, levels, classes, channels = architecture
    model = tiny_unet((*size, channels), classes, filters=filters, levels=levels)
    assert model.count_params() == parameters(*architecture)
    assert model.output_shape == (None, *size, classes)
    probabilities = model.predict_on_batch(np.repeat(IMAGES, channels, axis=-1))
    assert probabilities.shape == (2, 32, 48, classes)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("rate", [1, 2])
def test_every_wide_convolution_is_dilated(tiny_unet, rate):
    convolutions = of_kind(tiny_unet(dilation_rate=rate), layers.Conv2D)
    rates = {layer.kernel_size: layer.dilation_rate for layer in convolutions}
    assert rates == {(3, 3): (rate, rate), (1, 1): (1, 1)}


def test_nothing_is_added_that_was_switched_off(tiny_unet):
    model = tiny_unet(dropout=0.0, scale=1, l2=0.0)
    assert not of_kind(model, layers.Dropout)
    assert not of_kind(model, layers.Rescaling)
    assert all(layer.kernel_regularizer is None for layer in of_kind(model, layers.Conv2D))


def test_layers_are_named_by_their_role(tiny_unet):
    names = [layer.name for layer in tiny_unet(levels=1, dropout=0.1, scale=2).layers]
    assert names == [
        "image",
        "scale",
        "encoder0_conv1",
        "encoder0_dropout",
        "encoder0_conv2",
        "encoder0_pool",
        "bottom_conv1",
        "bottom_dropout",
        "bottom_conv2",
        "decoder0_up",
        "decoder0_join",
        "decoder0_conv1",
        "decoder0_dropout",
        "decoder0_conv2",
        "probabilities",
    ]


@pytest.mark.parametrize(
    ("shape", "levels", "stride"), [((250, 256, 1), 4, 16), ((64, 20, 1), 3, 8)]
)
def test_a_size_that_the_levels_do_not_divide_is_refused(shape, levels, stride):
    with refused(f"Input size {shape[0]}×{shape[1]} is not divisible by {stride}, as {levels} "):
        unet(shape, levels=levels)


@pytest.mark.parametrize(
    ("shape", "classes", "levels", "message"),
    [
        ((256, 256), 4, 4, r"Input shape is \(256, 256\); give \(rows, columns, channels\)"),
        ((256, 256, None), 4, 4, "give .rows, columns, channels"),
        ((256, 256, 1), 1, 4, "at least 1 level and 2 classes"),
        ((256, 256, 1), 4, 0, "at least 1 level and 2 classes"),
    ],
)
def test_an_impossible_architecture_is_refused(shape, classes, levels, message):
    with refused(message):
        unet(shape, classes, levels=levels)


def test_a_saved_network_loads_safely_and_says_the_same(tiny_unet, tmp_path):
    model = tiny_unet(dropout=0.2, l2=0.1, scale=0.5)
    model.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.predict_on_batch(IMAGES), model.predict_on_batch(IMAGES))


def saved(model, path):
    save = model.save_weights if path.name.endswith(".h5") else model.save
    save(path)
    return path


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras"])
def test_weights_are_loaded_from_either_format(tiny_unet, tmp_path, name):
    model = tiny_unet()
    keras.utils.set_random_seed(99)
    settings = {"filters": 2, "levels": 2, "dropout": 0.0, "l2": 0.0, "scale": 1}
    path = saved(model, tmp_path / name)
    copies = [unet((None, None, 1), weights=choice, **settings) for choice in (path, str(path))]
    other = unet((None, None, 1), **settings)
    expected = model.predict_on_batch(IMAGES)
    for copy in copies:
        np.testing.assert_array_equal(copy.predict_on_batch(IMAGES), expected)
    assert not np.allclose(other.predict_on_batch(IMAGES), expected)


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras"])
@pytest.mark.parametrize("change", [{"filters": 3}, {"levels": 1}, {"levels": 3}, {"n_classes": 3}])
def test_weights_of_another_architecture_are_refused(tiny_unet, tmp_path, name, change):
    path = saved(tiny_unet(), tmp_path / name)
    with refused(rf"{path} do not fit the network: .*\(filters, levels or classes differ\)\."):
        tiny_unet(weights=path, **change)


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras"])
def test_weights_that_are_missing_are_refused(tiny_unet, tmp_path, name):
    with refused(f"Weights {re.escape(str(tmp_path / name))}: no such file"):
        tiny_unet(weights=tmp_path / name)


@pytest.mark.parametrize("name", ["a.txt", "a.weights.h5", "a.keras"])
def test_weights_that_cannot_be_read_are_refused(tiny_unet, tmp_path, name):
    (tmp_path / name).write_bytes(b"no weights")
    with refused(f"Weights {re.escape(str(tmp_path / name))} .* the file is damaged"):
        tiny_unet(weights=tmp_path / name)


def test_weights_with_a_damaged_byte_are_refused(tiny_unet, tmp_path):
    path = saved(tiny_unet(), tmp_path / "a.keras")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with refused(f"Weights {re.escape(str(path))} .* the file is damaged"):
        tiny_unet(weights=path)
