"""DeepLabV3+: its size, its inputs, its weights."""

import keras
import numpy as np
import pytest

from ccdseg.models import deeplab, deeplab_v3_plus
from tests.refusal import refused

RNG = np.random.default_rng(0)
SMALL = {"filters": 8, "dilation_rates": (1, 2)}


@pytest.fixture(scope="module")
def small():
    """A network with a slim pyramid for images of any size, three classes."""
    keras.utils.set_random_seed(1)
    return deeplab_v3_plus((None, None, 3), 3, **SMALL)


def n_parameters(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_the_defaults_are_the_original():
    network = deeplab_v3_plus()
    assert network.count_params() == 18_111_298
    assert n_parameters(network.trainable_weights) == 9_785_186
    assert network.output_shape == (None, 512, 512, 2)
    dilations = {
        layer.dilation_rate[0]
        for layer in network.layers
        if "pyramid_dilation" in layer.name and isinstance(layer, keras.layers.Conv2D)
    }
    assert dilations == {1, 6, 12, 18}


@pytest.mark.parametrize("shape", [(32, 32), (48, 80)])
def test_images_of_any_size_give_probabilities(small, shape):
    images = RNG.uniform(-1, 1, (2, *shape, 3)).astype(np.float32)
    found = np.asarray(small(images))
    assert found.shape == (2, *shape, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)
    assert found.std() > 1e-4


def test_a_single_channel_is_repeated(small):
    single = deeplab_v3_plus((None, None, 1), 3, **SMALL)
    single.set_weights(small.get_weights())
    assert single.count_params() == small.count_params()
    image = RNG.uniform(-1, 1, (1, 32, 48, 1)).astype(np.float32)
    np.testing.assert_allclose(single(image), small(np.repeat(image, 3, axis=-1)), atol=1e-6)


def test_a_frozen_backbone_is_not_trained_and_a_free_one_is():
    frozen, free = (
        deeplab_v3_plus((32, 32, 3), **SMALL, frozen=choice) for choice in (True, False)
    )
    assert not any(weight.path.startswith("conv4") for weight in frozen.trainable_weights)
    assert any(weight.path.startswith("conv4") for weight in free.trainable_weights)
    assert frozen.count_params() == free.count_params()


def test_a_saved_network_gives_the_same(small, tmp_path):
    image = RNG.uniform(-1, 1, (1, 32, 48, 3)).astype(np.float32)
    small.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(loaded(image), small(image), atol=1e-6)
    small.save_weights(tmp_path / "network.weights.h5")
    path = tmp_path / "network.weights.h5"
    again = deeplab_v3_plus((None, None, 3), 3, **SMALL, weights=path)
    np.testing.assert_allclose(again(image), small(image), atol=1e-6)


def test_the_backbone_is_read_from_a_file(tmp_path):
    resnet = keras.applications.ResNet50(include_top=False, weights=None, input_shape=(32, 32, 3))
    resnet.save_weights(tmp_path / "resnet.weights.h5")
    path = tmp_path / "resnet.weights.h5"
    network = deeplab_v3_plus((32, 32, 3), **SMALL, backbone=path)
    for name in ("conv1_conv", "conv4_block6_3_conv"):
        if name in [layer.name for layer in network.layers]:
            expected = resnet.get_layer(name).get_weights()[0]
            np.testing.assert_array_equal(network.get_layer(name).get_weights()[0], expected)


@pytest.mark.parametrize(
    ("shape", "n_classes", "message"),
    [
        ((64, 64, 2), 2, r"Input shape is \(64, 64, 2\); give"),
        ((64, 72, 3), 2, "64×72 is not divisible by 16"),
        ((0, 64, 3), 2, "not divisible by 16"),
        ((64, 64, 3), 1, "1 classes; a softmax needs at least 2"),
    ],
)
def test_what_cannot_be_built_is_refused(shape, n_classes, message):
    with refused(message):
        deeplab_v3_plus(shape, n_classes)


def test_that_weights_cannot_be_fetched_is_said_with_what_to_do(monkeypatch):
    def unreachable(**_options):
        raise OSError("URL fetch failure: no network")

    monkeypatch.setattr(deeplab.applications, "ResNet50", unreachable)
    with refused(r"cannot be fetched \(URL .*\). Pass --backbone-weights .* or none"):
        deeplab_v3_plus(backbone="imagenet")


def test_weights_of_another_network_are_refused(tmp_path):
    (tmp_path / "text.weights.h5").write_text("no weights")
    with refused("do not fit"):
        deeplab_v3_plus((32, 32, 3), **SMALL, backbone=tmp_path / "text.weights.h5")
    with refused("no such file"):
        deeplab_v3_plus((32, 32, 3), **SMALL, weights=tmp_path / "missing.weights.h5")
