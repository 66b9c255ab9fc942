"""A segmenter: a network with everything that it needs."""

import ctypes
import hashlib
import json
import re
import shutil
from dataclasses import FrozenInstanceError

import keras
import numpy as np
import pytest

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.models.losses import CrossentropyDice
from ccdseg.normalization import get_normalizer
from ccdseg.segmentation import memory
from ccdseg.segmentation import tiled as tiled_prediction
from ccdseg.segmentation.engines import keras_engine
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.segmentation.store import read_report, read_training
from tests.refusal import refused


@pytest.fixture(scope="module")
def frame():
    """Noise with a bright block, 157×301 px, no multiple of any stride."""
    image = np.random.default_rng(8).normal(8800, 19, (157, 301)).astype(np.float32)
    image[60:80, 200:230] += 3000
    return image


@pytest.fixture
def damaged(model_folder, tmp_path):
    """Return a copy of the model's folder, to be damaged."""
    return shutil.copytree(model_folder, tmp_path / "damaged")


@pytest.fixture(scope="module", params=["keras", "openvino"])
def segmenter(request, model_folder):
    """Return the tiny trained segmenter with each engine; do not change it."""
    return Segmenter.load(model_folder, engine=request.param)


def tiling(segmenter):
    return tiled_prediction.TiledPrediction(segmenter.geometry)


def whole(segmenter, image):
    """Probabilities of a frame whose sides the stride divides, in one call of the network."""
    normalised = segmenter.normalizer(image)[np.newaxis, ..., np.newaxis]
    return segmenter.network.predict_on_batch(normalised)[0]


def assert_decided(mask, scores):
    """The class of each pixel has the highest score; rounding may decide between equal ones."""
    chosen = np.take_along_axis(scores, mask[..., np.newaxis].astype(int), axis=-1)[..., 0]
    np.testing.assert_allclose(chosen, scores.max(axis=-1), rtol=1e-5, atol=1e-6)
    assert np.mean(mask != scores.argmax(axis=-1)) < 1e-3


@pytest.mark.parametrize("shape", [(156, 300), (144, 64), (40, 240)])
@pytest.mark.parametrize("tile_size", [1, 112, (120, 200), (200, 120), 10_000, None])
def test_the_tiled_prediction_is_the_untiled_one(segmenter, frame, shape, tile_size):
    image = frame[-shape[0] :, -shape[1] :]
    tiled = segmenter.predict(image, tile_size=tile_size)
    probabilities = whole(segmenter, image)
    np.testing.assert_allclose(tiled.probabilities, probabilities, atol=1e-5)
    assert_decided(tiled.mask, probabilities)


@pytest.mark.parametrize("shape", [(157, 301), (150, 113), (33, 299), (3, 5), (1, 1), (1, 150)])
def test_a_frame_of_any_size_does_not_depend_on_its_tiles(segmenter, frame, shape):
    image = frame[: shape[0], : shape[1]]
    large = segmenter.predict(image)
    small = segmenter.predict(image, tile_size=1)
    assert large.mask.shape == shape
    assert_decided(small.mask, large.probabilities)
    np.testing.assert_allclose(small.probabilities, large.probabilities, atol=1e-5)


def test_small_tiles_are_many(segmenter):
    assert len(tiling(segmenter).tiles((157, 301), 10_000)) == 1
    assert len(tiling(segmenter).tiles((157, 301), 1)) > 4
    assert len(tiling(segmenter).tiles((157, 301), (1, 10_000))) == 2


def test_by_default_tiles_are_as_large_as_memory_allows(tiny_unet, segmenter, monkeypatch):
    assert len(tiling(segmenter).tiles((157, 301), None)) == 1
    monkeypatch.setattr(tiled_prediction, "_BYTES_PER_BATCH", 2**22)
    thin, wide = Segmenter(tiny_unet(filters=2)), Segmenter(tiny_unet(filters=8))
    assert tiling(wide).batch_pixels < tiling(thin).batch_pixels / 2
    many, some = (len(tiling(model).tiles((1600, 1600), None)) for model in (wide, thin))
    assert many > some > 1


@pytest.mark.parametrize("n_bytes", [2**10, 2**21])
def test_the_size_of_the_batches_does_not_matter(segmenter, small_set, monkeypatch, n_bytes):
    images = small_set.images[:7]
    expected = segmenter.predict(images)
    monkeypatch.setattr(tiled_prediction, "_BYTES_PER_BATCH", n_bytes)
    other = Segmenter(segmenter.network)
    batches = list(
        tiling(other).batches(images, tiling(other).tiles((64, 64), None), other.normalizer)
    )
    assert 1 < len(batches) <= 7
    assert [index for places, _ in batches for index, _ in places] == list(range(7))
    prediction = other.predict(images)
    assert_decided(prediction.mask, expected.probabilities)
    np.testing.assert_allclose(prediction.probabilities, expected.probabilities, atol=1e-5)


def test_mask_and_probabilities_fit_each_other(segmenter, frame):
    prediction = segmenter.predict(frame)
    assert (prediction.mask.shape, prediction.mask.dtype) == (frame.shape, np.uint8)
    assert prediction.probabilities.shape == (*frame.shape, 4)
    assert prediction.probabilities.dtype == np.float32
    np.testing.assert_allclose(prediction.probabilities.sum(axis=-1), 1, atol=1e-5)
    assert_decided(prediction.mask, prediction.probabilities)
    assert len(np.unique(prediction.mask)) > 1


@pytest.mark.parametrize("shape", [(157, 301), (2, 40, 50)])
def test_the_mask_alone_is_the_same_mask(segmenter, frame, shape):
    image = np.resize(frame, shape)
    prediction = segmenter.predict(image, probabilities=False)
    assert prediction.probabilities is None
    assert prediction.mask.dtype == np.uint8
    assert_decided(prediction.mask, segmenter.predict(image).probabilities)


@pytest.mark.parametrize(
    "operating_point", [(0.4, 2, 0.1, 0.9), (2, 10, 0.5, 4.5), (1, 1e-9, 1, 1)]
)
def test_the_class_has_the_highest_probability_per_operating_point(
    tiny_unet, frame, operating_point
):
    segmenter = Segmenter(tiny_unet(), operating_point=operating_point)
    prediction = segmenter.predict(frame)
    plain = Segmenter(segmenter.network).predict(frame)
    np.testing.assert_allclose(prediction.probabilities, plain.probabilities, atol=1e-5)
    assert_decided(prediction.mask, plain.probabilities / np.float32(operating_point))
    assert np.mean(prediction.mask != plain.mask) > 0.01


def test_of_equally_probable_classes_the_first_counts(tiny_unet, frame):
    network = tiny_unet()
    network.set_weights([np.zeros_like(weights) for weights in network.get_weights()])
    assert not Segmenter(network).predict(frame).mask.any()
    chosen = Segmenter(network, operating_point=(1, 0.5, 0.5, 1)).predict(frame).mask
    assert np.all(chosen == 1)


@pytest.mark.parametrize("last", ["softmax layer", "activation layer", "sigmoid", "transposed"])
def test_a_network_may_end_in_other_ways(frame, last):
    from keras import layers

    keras.utils.set_random_seed(5)
    x = inputs = keras.Input((None, None, 1))
    if last == "transposed":
        x = layers.MaxPooling2D(2)(x)
        x = layers.Conv2DTranspose(4, 2, strides=2, activation="softmax")(x)
    else:
        x = layers.Conv2D(4, 3, padding="same", activation=last if last == "sigmoid" else None)(x)
    if last == "softmax layer":
        x = layers.Softmax()(x)
    elif last == "activation layer":
        x = layers.Activation("softmax")(x)
    segmenter = Segmenter(keras.Model(inputs, x), operating_point=(1, 2, 3, 4))
    image = frame[:96, :64]
    prediction = segmenter.predict(image)
    expected = whole(segmenter, image)
    np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-6)
    assert_decided(prediction.mask, expected / [1, 2, 3, 4])


def test_what_training_alone_uses_does_not_matter(frame):
    from keras import layers

    x = inputs = keras.Input((None, None, 1))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x))
    outputs = layers.Conv2D(4, 1, activation="softmax")(layers.Dropout(0.5)(x))
    network = keras.Model(inputs, outputs)
    network.compile(optimizer="adam", loss=CrossentropyDice([1, 1, 1, 1]), metrics=["accuracy"])
    network.train_on_batch(np.ones((2, 8, 8, 1)), np.ones((2, 8, 8, 4)) / 4)
    segmenter = Segmenter(network)
    image = frame[:60, :40]
    probabilities = segmenter.predict(image).probabilities
    np.testing.assert_allclose(probabilities, whole(segmenter, image), atol=1e-6)


def test_new_weights_count_at_once(tiny_unet, frame):
    segmenter = Segmenter(tiny_unet())
    image = frame[:60, :40]
    before = segmenter.predict(image)
    weights = segmenter.network.get_weights()
    segmenter.network.set_weights([2 * values for values in weights])
    after = segmenter.predict(image)
    np.testing.assert_allclose(after.probabilities, whole(segmenter, image), atol=1e-3)
    assert np.abs(after.probabilities - before.probabilities).max() > 0.01


@pytest.mark.parametrize(
    "name", ["network", "classes", "normalizer", "operating_point", "input_size", "name"]
)
def test_nothing_can_be_assigned(segmenter, name):
    before = getattr(segmenter, name)
    with pytest.raises(FrozenInstanceError):
        setattr(segmenter, name, before)
    assert getattr(segmenter, name) is before


def test_another_operating_point_is_another_segmenter(segmenter, frame):
    image = frame[:60, :40]
    other = segmenter.with_operating_point([1, 1, 1e-6, 1])
    assert other.operating_point == (1, 1, 1e-6, 1)
    assert segmenter.operating_point == (1, 1, 1, 1)
    assert np.all(other.predict(image).mask == 2)
    assert not np.all(segmenter.predict(image).mask == 2)
    for attribute in ("network", "classes", "normalizer", "input_size", "name"):
        assert getattr(other, attribute) is getattr(segmenter, attribute)


def test_the_allocator_is_left_alone(tiny_unet, monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: pytest.fail(f"the C library {name} is asked"))
    memory.keep_freed_memory.cache_clear()
    Segmenter(tiny_unet()).predict(np.eye(8))


def test_a_network_is_compiled_once_for_all_predictions(tiny_unet, frame, monkeypatch):
    made = []
    original = keras_engine.FrozenClassifier

    def build(*arguments, **options):
        made.append(options)
        return original(*arguments, **options)

    monkeypatch.setattr(keras_engine, "FrozenClassifier", build)
    segmenter = Segmenter(tiny_unet())
    for probabilities in (True, False, True):
        segmenter.predict(frame, probabilities=probabilities)
        segmenter.predict(frame[:50], probabilities=probabilities)
    assert [options["probabilities"] for options in made] == [True, False]


POINT_REFUSED = "give 4 numbers above 0, one per class"


@pytest.mark.parametrize(
    "operating_point",
    [
        (1, 1, 1),
        (1, 1, 1, 1, 1),
        *((1, 1, wrong, 1) for wrong in (0, -1, np.nan, np.inf, "1", None)),
        0.5,
        "1111",
        {},
    ],
)
def test_an_operating_point_that_decides_nothing_is_refused(tiny_unet, operating_point):
    with refused(POINT_REFUSED):
        Segmenter(tiny_unet(), operating_point=operating_point)


def test_several_images_are_segmented_each_for_itself(segmenter, small_set):
    images = small_set.images[:3] * np.array([1, 2, 0.1], np.float32)[:, None, None]
    together = segmenter.predict(images)
    assert together.mask.shape == images.shape
    for image, probabilities in zip(images, together.probabilities, strict=True):
        alone = segmenter.predict(image).probabilities
        np.testing.assert_allclose(probabilities, alone, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.uint16, ">f4", ">i4"])
def test_the_type_of_the_pixels_does_not_matter(segmenter, frame, dtype):
    image = np.rint(frame[:60, :70])
    expected = segmenter.predict(image).probabilities
    np.testing.assert_allclose(
        segmenter.predict(image.astype(dtype)).probabilities, expected, atol=1e-5
    )


def test_pixels_that_are_not_finite_count_as_their_neighbours(segmenter, frame):
    image = frame[:64, :64].copy()
    image[10, 10:13] = np.nan, np.inf, -np.inf
    before = image.copy()
    filled = np.where(np.isfinite(image), image, 0)
    for column in (10, 11, 12):
        around = image[9:12, column - 1 : column + 2]
        filled[10, column] = around[np.isfinite(around)].mean()
    prediction = segmenter.predict(image)
    np.testing.assert_allclose(
        prediction.probabilities, segmenter.predict(filled).probabilities, atol=2e-4
    )
    np.testing.assert_array_equal(image, before)


def test_nan_pixels_leave_the_rest_of_the_frame_as_it_is(segmenter, frame):
    image = frame.copy()
    image[5, 5] = np.nan
    changed = np.abs(
        segmenter.predict(image).probabilities - segmenter.predict(frame).probabilities
    )
    reach = segmenter.geometry.halo
    assert changed[6 + reach :].max() < 0.01
    assert changed[:, 6 + reach :].max() < 0.01


@pytest.mark.parametrize(
    "image",
    [
        np.zeros(5),
        np.zeros((1, 2, 3, 4)),
        np.zeros((0, 5)),
        np.zeros((2, 0, 5)),
        np.array([["a", "b"]]),
        np.zeros((4, 4), complex),
        None,
        "frame.fits",
    ],
)
def test_what_is_no_image_is_refused(segmenter, image):
    shape = re.escape(str(np.shape(image)))
    with refused(f"An image of shape {shape} and type .* cannot be segmented; give numbers"):
        segmenter.predict(image)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_image_without_a_finite_pixel_is_refused(segmenter, value):
    with refused("No pixel of the image is finite"):
        segmenter.predict(np.full((8, 8), value))


def test_a_network_of_fixed_size_segments_any_size(tiny_unet, frame):
    fixed = Segmenter(tiny_unet((64, 64, 1)))
    free = Segmenter(tiny_unet())
    free.network.set_weights(fixed.network.get_weights())
    np.testing.assert_allclose(
        fixed.predict(frame).probabilities, free.predict(frame).probabilities, atol=1e-6
    )


@pytest.mark.parametrize(
    ("shape", "n_classes", "message"),
    [
        ((None, None, 1), 3, r"3 output channels and the catalogue 4 classes \(background, "),
        ((None, None, 2), 4, "takes 2 channels; frames have one"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(tiny_unet, shape, n_classes, message):
    with refused(message):
        Segmenter(tiny_unet(shape, n_classes))


@pytest.mark.parametrize("input_shape", [(None, None, 1), (64, 64, 1)])
def test_a_segmenter_survives_saving(tiny_unet, frame, tmp_path, input_shape):
    colours = {"dark": (0, 0, 0), "star": (1, 1, 0), "cosmic": (1, 0, 0)}
    original = Segmenter(
        tiny_unet(input_shape, 3, dropout=0.3, scale=0.5, l2=0.1),
        classes=ClassCatalogue(colours),
        normalizer={"name": "clip", "low": 2.0, "high": 98.0},
        operating_point=(0.5, 1, 0.25),
        name="mine",
    )
    folder = tmp_path / "new" / "mine"
    training = [{"preset": "none", "seed": 3, "history": {"loss": [2.0, 1.0]}}]
    original.save(folder, training=training, report={"accuracy": 0.5})
    loaded = Segmenter.load(folder)
    for name in ("classes", "normalizer", "operating_point", "input_size", "name"):
        assert getattr(loaded, name) == getattr(original, name)
    assert read_training(folder) == training
    assert read_report(folder) == {"accuracy": 0.5}
    again, before = loaded.predict(frame), original.predict(frame)
    np.testing.assert_allclose(again.probabilities, before.probabilities, atol=1e-6)
    assert_decided(again.mask, before.probabilities / np.float32(original.operating_point))


def test_a_trained_network_is_saved_without_its_optimiser(tiny_unet, tmp_path):
    segmenter = Segmenter(tiny_unet(filters=16))
    network = segmenter.network
    network.compile(optimizer="adam", loss=CrossentropyDice([1, 1, 1, 1]))
    network.train_on_batch(np.zeros((1, 16, 16, 1)), np.ones((1, 16, 16, 4)) / 4)
    segmenter.save(tmp_path / "model")
    size = (tmp_path / "model" / "network.keras").stat().st_size
    assert network.count_params() > 1e5
    assert size < 1.3 * 4 * network.count_params() + 100_000
    loaded = keras.saving.load_model(tmp_path / "model" / "network.keras", safe_mode=True)
    assert getattr(loaded, "optimizer", None) is None


def test_the_folder_holds_what_is_documented(model_folder):
    files = {path.name for path in model_folder.iterdir()}
    networks = {"network.keras", "network.xml", "network.bin"}
    assert files == networks | {"segmenter.json", "training.json", "README.md"}
    description = json.loads((model_folder / "segmenter.json").read_text())
    assert description["name"] == "tiny"
    assert description["normalizer"] == get_normalizer("robust").to_dict()
    assert description["operating_point"] == [1, 1, 1, 1]
    assert "training" not in description
    data = (model_folder / "network.keras").read_bytes()
    assert description["network"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert [row["name"] for row in description["classes"]] == list(CLASSES.names)
    (stage,) = json.loads((model_folder / "training.json").read_text())
    assert len(stage["history"]["loss"]) == 2


def test_an_existing_folder_is_replaced_only_when_asked(segmenter, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "precious").write_text("")
    with refused(f"{folder} exists already"):
        segmenter.save(folder)
    assert [path.name for path in folder.iterdir()] == ["precious"]
    segmenter.save(folder, overwrite=True)
    assert not (folder / "precious").exists()
    assert Segmenter.load(folder).name == "tiny"


def test_a_failing_save_leaves_nothing_behind(tiny_unet, tmp_path):
    segmenter = Segmenter(tiny_unet())
    with pytest.raises(TypeError, match="not JSON serializable"):
        segmenter.save(tmp_path / "model", report={"accuracy": object()})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_operating_point_has_equal_numbers(damaged):
    without("operating_point")(damaged / "segmenter.json")
    assert Segmenter.load(damaged).operating_point == (1, 1, 1, 1)


def test_an_operating_point_of_the_earlier_name_is_read(damaged):
    path = damaged / "segmenter.json"
    without("operating_point")(path)
    changed(thresholds=[1, 2, 3, 4])(path)
    assert Segmenter.load(damaged).operating_point == (1, 2, 3, 4)


def without(*keys):
    def edit(path):
        description = json.loads(path.read_text())
        path.write_text(json.dumps({k: v for k, v in description.items() if k not in keys}))

    return edit


def changed(**values):
    def edit(path):
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return edit


def content(data):
    return lambda path: path.write_bytes(data)


def shortened(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


TWO_CLASSES = [{"index": i, "name": str(i), "colour": [0, 0, 0]} for i in range(2)]


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        ("segmenter.json", lambda path: path.unlink(), "is not a model folder: it has no"),
        ("segmenter.json", content(b""), "segmenter.json is damaged"),
        ("segmenter.json", content(b'{"name": '), "segmenter.json is damaged"),
        ("segmenter.json", content(b"[]"), "segmenter.json is damaged: classes, name, norma"),
        ("segmenter.json", without("classes"), "segmenter.json is damaged: classes missing"),
        ("segmenter.json", without("normalizer"), "segmenter.json is damaged: normalizer miss"),
        ("segmenter.json", changed(classes=["a", "b"]), "segmenter.json is damaged"),
        ("segmenter.json", changed(classes=None), "segmenter.json is damaged"),
        ("segmenter.json", changed(classes=[{"name": "a"}]), "segmenter.json is damaged"),
        ("segmenter.json", changed(classes=[]), "segmenter.json is damaged .0 classes"),
        (
            "segmenter.json",
            changed(classes=TWO_CLASSES, operating_point=[1, 1]),
            "4 output channels .* 2 classes",
        ),
        ("segmenter.json", changed(operating_point=[1, 1, 1]), "point is .1, 1, 1.; give 4 numb"),
        ("segmenter.json", changed(operating_point=[1, 1, 1, 0]), POINT_REFUSED),
        ("segmenter.json", changed(operating_point="low"), POINT_REFUSED),
        ("segmenter.json", changed(normalizer="magic"), "Unknown normalisation 'magic'"),
        ("segmenter.json", changed(normalizer=None), "Unknown normalisation None"),
        ("network.keras", lambda path: path.unlink(), "network.keras is missing"),
        ("network.keras", content(b""), "network.keras is damaged or of another"),
        ("network.keras", content(b"no network" * 999), "network.keras is damaged or of another"),
        ("network.keras", shortened, "network.keras is damaged or of another"),
        ("network.keras", flipped, "network.keras is damaged or of another"),
    ],
)
def test_a_damaged_folder_is_refused_by_name(damaged, file, damage, message):
    damage(damaged / file)
    with refused(f"{re.escape(str(damaged))}.*{message}"):
        Segmenter.load(damaged)


@pytest.mark.parametrize("damage", [content(b""), content(b"no network" * 999), shortened, flipped])
def test_a_damaged_network_of_a_folder_without_digest_is_refused(damaged, damage):
    without("network")(damaged / "segmenter.json")
    damage(damaged / "network.keras")
    with refused("network.keras is missing or damaged"):
        Segmenter.load(damaged)


def test_an_unknown_model_is_refused_with_those_there_are():
    with refused(r"Unknown model 'nothing': neither a folder nor one of those that ship \(.+\)"):
        Segmenter.load("nothing")


@pytest.fixture(scope="module")
def looks_at_all():
    """Segment 64×64 by a network that looks at the whole image, with unequal operating point."""
    keras.utils.set_random_seed(5)
    image = keras.Input((None, None, 1))
    features = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    whole_image = keras.layers.GlobalAveragePooling2D(keepdims=True)(features)
    joined = keras.layers.Add()([features, whole_image])
    outputs = keras.layers.Conv2D(2, 1, activation="softmax")(joined)
    network = keras.Model(image, outputs)
    return Segmenter(
        network,
        classes=COSMICS,
        normalizer="stretch",
        operating_point=(1, 0.9),
        input_size=(64, 64),
    )


def test_images_are_resized_for_a_network_that_looks_at_the_whole(looks_at_all, small_set):
    image = small_set.images[0]
    found = looks_at_all.predict(image)
    pixels = looks_at_all.normalizer(image)[np.newaxis, ..., np.newaxis]
    expected = np.asarray(looks_at_all.network(pixels))[0]
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-4)
    larger = looks_at_all.predict(np.stack([np.repeat(image, 2, axis=1)] * 2))
    assert larger.mask.shape == (2, 64, 128)
    assert larger.probabilities.shape == (2, 64, 128, 2)
    chosen = np.argmax(larger.probabilities / (1, 0.9), axis=-1)
    np.testing.assert_array_equal(larger.mask, chosen)
    mask_alone = looks_at_all.predict(image, probabilities=False)
    np.testing.assert_array_equal(mask_alone.mask, found.mask)
    assert mask_alone.probabilities is None


def test_the_size_that_a_network_sees_is_saved(looks_at_all, small_set, tmp_path):
    looks_at_all.save(tmp_path / "model")
    loaded = Segmenter.load(tmp_path / "model")
    assert loaded.input_size == (64, 64)
    assert loaded.stride == 1
    first, second = (model.predict(small_set.images[1]) for model in (looks_at_all, loaded))
    np.testing.assert_allclose(first.probabilities, second.probabilities, atol=1e-5)


def test_a_network_that_looks_at_the_whole_needs_an_input_size(looks_at_all, small_set):
    with refused("The reach of layer .* is not known; give the segmenter an input_size"):
        Segmenter(looks_at_all.network, classes=COSMICS).predict(small_set.images[0])


@pytest.mark.parametrize("size", [(64,), (0, 64), (64.5, 64), 64, "64x64"])
def test_an_impossible_input_size_is_refused(tiny_unet, size):
    with refused("input_size is .*; give rows and columns"):
        Segmenter(tiny_unet(), input_size=size)
