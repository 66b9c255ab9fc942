"""Inference engines: OpenVINO beside Keras."""

import json
import logging
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

from ccdseg.cli import main
from ccdseg.files import read_npz
from ccdseg.segmentation.engines import conversion
from ccdseg.segmentation.engines.keras_engine import KerasEngine
from ccdseg.segmentation.engines.openvino_engine import OpenVINOEngine, import_openvino
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.segmentation.store import find_model, list_models
from tests.command_line import status
from tests.refusal import refused

OPENVINO = import_openvino()
HAS_BFLOAT16 = "BF16" in OPENVINO.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@pytest.fixture
def folder(model_folder, tmp_path):
    """Return a copy of the tiny model's folder, to be changed."""
    return shutil.copytree(model_folder, tmp_path / "model")


@pytest.fixture(scope="module")
def image():
    """Noise with a bright block, 120×90 px."""
    image = np.random.default_rng(8).normal(8800, 19, (120, 90)).astype(np.float32)
    image[60:80, 20:50] += 3000
    return image


def edit(folder, change):
    path = folder / "segmenter.json"
    description = json.loads(path.read_text())
    change(description["network"])
    path.write_text(json.dumps(description))


@pytest.mark.parametrize("name", list_models())
def test_both_engines_give_the_same(name):
    image = read_npz(find_model(name) / "check.npz")["image"]
    converted, original = (Segmenter.load(name, engine=engine) for engine in ("openvino", "keras"))
    assert type(converted.engine) is OpenVINOEngine
    assert type(original.engine) is KerasEngine
    assert converted.geometry == original.geometry
    found, expected = converted.predict(image), original.predict(image)
    assert np.mean(found.mask != expected.mask) < 1e-5
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
    alone = converted.predict(image, probabilities=False).mask
    np.testing.assert_array_equal(alone, found.mask)


WITHOUT_KERAS = """
import json, sys
from pathlib import Path
from ccdseg import Segmenter
from ccdseg.cli import main
from ccdseg.files import read_npz
segmenter = Segmenter.load(sys.argv[1])
segmenter.predict(read_npz(Path(sys.argv[2]))["image"])
status = main(["predict", sys.argv[3], "--model", sys.argv[1], "--pictures", "none"])
heavy = {"keras", "tensorflow", "openvino_telemetry"} & set(sys.modules)
print(json.dumps([segmenter.engine.name, status, sorted(heavy)]))
"""


def test_prediction_needs_neither_keras_nor_tensorflow(tmp_path, single_fits):
    check = find_model("damic-unet") / "check.npz"
    result = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", WITHOUT_KERAS, "damic-unet", check, single_fits],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout.splitlines()[-1]) == ["openvino", 0, []]


def softmax_alone(image):
    """Equal probabilities of all classes, whatever the image."""
    logits = keras.layers.Conv2D(4, 1, kernel_initializer="zeros")(image)
    return keras.layers.Softmax()(logits)


def no_softmax_at_the_end(image):
    logits = keras.layers.Conv2D(4, 3, padding="same")(image)
    return keras.layers.Dropout(0.5)(keras.layers.Softmax()(logits))


def upsampled(image):
    features = keras.layers.Conv2D(4, 3, padding="same", dilation_rate=2)(image)
    features = keras.layers.BatchNormalization()(features)
    features = keras.layers.AveragePooling2D(2)(keras.layers.ELU()(features))
    features = keras.layers.UpSampling2D(interpolation="bilinear")(features)
    return keras.layers.Conv2D(4, 1, activation="softmax")(features)


@pytest.mark.parametrize("build", [softmax_alone, no_softmax_at_the_end, upsampled])
def test_networks_of_all_kinds_are_converted(build, image, tmp_path):
    keras.utils.set_random_seed(5)
    pixels = keras.Input((None, None, 1))
    size = (64, 48) if build is upsampled else None
    network = keras.Model(pixels, build(pixels))
    original = Segmenter(network, operating_point=(1, 1, 0.5, 0.5), input_size=size)
    original.save(tmp_path / "model")
    converted = Segmenter.load(tmp_path / "model", engine="openvino")
    found, expected = converted.predict(image), original.predict(image)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
    np.testing.assert_array_equal(found.mask, expected.mask)


def test_weights_that_change_after_loading_count(folder, image):
    segmenter = Segmenter.load(folder, engine="openvino")
    before = segmenter.predict(image).probabilities
    network = segmenter.network
    np.testing.assert_array_equal(segmenter.predict(image).probabilities, before)
    network.set_weights([2 * weight for weight in network.get_weights()])
    expected = Segmenter(network).predict(image).probabilities
    after = segmenter.predict(image).probabilities
    np.testing.assert_allclose(after, expected, atol=1e-6)
    assert np.abs(after - before).max() > 0.01
    segmenter.save(folder.parent / "again")
    again = Segmenter.load(folder.parent / "again", engine="openvino").predict(image)
    np.testing.assert_allclose(again.probabilities, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "network.xml").unlink(), "network.xml is missing"),
        (lambda folder: (folder / "network.bin").write_bytes(b""), "network.bin is damaged"),
        (
            lambda folder: edit(folder, lambda network: network.pop("converted")),
            "the model has no network.xml; save it anew with OpenVINO installed",
        ),
        (
            lambda folder: edit(folder, lambda network: network["converted"].update(of="0")),
            "network.xml is of another network.keras",
        ),
    ],
)
def test_a_converted_network_that_does_not_belong_is_not_used(folder, image, damage, message):
    expected = Segmenter.load(folder, engine="keras").predict(image).mask
    damage(folder)
    segmenter = Segmenter.load(folder)
    assert segmenter.engine.name == "keras"
    np.testing.assert_array_equal(segmenter.predict(image).mask, expected)
    with refused(f"OpenVINO cannot be used: .*{message}"):
        Segmenter.load(folder, engine="openvino")


def test_a_converted_network_of_garbage_is_refused(folder):
    engine = Segmenter.load(folder, engine="openvino").engine
    (folder / "network.xml").write_text("<net>")
    with refused("network.xml is missing or damaged"):
        OpenVINOEngine(folder, engine.geometry)


def test_without_openvino_keras_runs_the_network(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    assert Segmenter.load(folder).engine.name == "keras"
    with refused("OpenVINO cannot be used"):
        Segmenter.load(folder, engine="openvino")


def test_a_network_that_cannot_be_converted_is_saved_alone(
    tiny_unet, tmp_path, monkeypatch, caplog
):
    def fail(_):
        raise NotImplementedError("no such operation")

    monkeypatch.setattr(conversion.import_openvino(), "convert_model", fail)
    with caplog.at_level(logging.INFO, "ccdseg"):
        Segmenter(tiny_unet()).save(tmp_path / "model")
    assert "is not converted for OpenVINO (no such operation)" in caplog.text
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert names == {"network.keras", "segmenter.json", "README.md"}
    assert Segmenter.load(tmp_path / "model").engine.name == "keras"


@pytest.mark.parametrize("network", [{"geometry": {}}, {"converted": {"of": "0"}}, {"geometry": 3}])
def test_a_damaged_description_of_the_network_is_refused(folder, network):
    edit(folder, lambda found: found.update(network))
    with refused("segmenter.json is damaged"):
        Segmenter.load(folder)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "abacus"}, "Unknown engine or precision 'abacus'; choose from .*openvino"),
        ({"precision": "float8"}, "Unknown engine or precision 'float8'; choose from .*bfloat16"),
        ({"engine": "keras", "precision": "bfloat16"}, "Keras does not compute in bfloat16"),
    ],
)
def test_an_impossible_choice_is_refused(folder, options, message):
    with refused(message):
        Segmenter.load(folder, **options)


def test_bfloat16_needs_a_processor_that_has_it(folder, monkeypatch):
    monkeypatch.setattr(OPENVINO.Core, "get_property", lambda *_: ["FP32"])
    for engine in ("auto", "openvino"):
        with refused("This processor does not compute in bfloat16; take float32"):
            Segmenter.load(folder, engine=engine, precision="bfloat16")


@pytest.mark.skipif(not HAS_BFLOAT16, reason="the processor has no bfloat16")
@pytest.mark.parametrize("name", list_models())
def test_bfloat16_changes_few_pixels(name):
    image = read_npz(find_model(name) / "check.npz")["image"]
    exact = Segmenter.load(name).predict(image)
    rounded = Segmenter.load(name, precision="bfloat16").predict(image)
    assert np.abs(rounded.probabilities - exact.probabilities).max() > 0
    assert np.mean(rounded.mask != exact.mask) < 1e-3


def test_the_command_takes_an_engine(workplace, capsys):
    options = ["--model", workplace / "tiny", "--pictures", "none", "--engine", "keras"]
    assert status(main, "predict", "single.fits", *options) == 0
    (workplace / "tiny" / "network.xml").unlink()
    capsys.readouterr()
    options[-1] = "openvino"
    assert status(main, "predict", "single.fits", "--overwrite", *options) != 0
    assert "OpenVINO cannot be used: " in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["openvino", "keras"])
def test_memory_is_given_back_behind_a_large_image(folder, image, engine, monkeypatch):
    segmenter = Segmenter.load(folder, engine=engine)
    expected = segmenter.predict(image).probabilities
    released = []
    release = type(segmenter.engine).release_memory

    def note(self):
        release(self)
        released.append(True)

    monkeypatch.setattr(type(segmenter.engine), "release_memory", note)
    monkeypatch.setattr("ccdseg.segmentation.predicting.IN_MEMORY", image.nbytes - 1)
    for _ in range(2):
        np.testing.assert_array_equal(segmenter.predict(image).probabilities, expected)
    assert len(released) == 2
