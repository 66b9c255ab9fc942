"""``ccdseg train`` and ``train.py``: what they write and refuse."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.cli.commands import train
from ccdseg.segmentation import store as registry
from tests.command_line import files, script, status


@pytest.fixture(scope="module")
def tiny_preset(tiny_unet):
    """Make the default preset a network of a few hundred weights."""
    from ccdseg.training.presets import DEFAULT, PRESETS

    network = {"filters": 2, "levels": 2, "dropout": 0.0, "l2": 0.0, "scale": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "default", replace(DEFAULT, network=network))
        yield tiny_unet().count_params()


@pytest.fixture(scope="module")
def trained(tiny_preset, small_set, tmp_path_factory):
    """Folder of a model trained on a file."""
    folder = tmp_path_factory.mktemp("trained")
    small_set.save(folder / "set.npz")
    options = ["--data", folder / "set.npz", "--epochs", "2", "--seed", "7"]
    assert tiny_preset
    assert status(main, "train", *options, "--output", folder / "models" / "mine") == 0
    return folder / "models" / "mine"


def test_training_writes_the_documented_files(trained):
    assert set(files(trained)) == {
        "network.keras",
        "network.xml",
        "network.bin",
        "segmenter.json",
        "training.json",
        "config.toml",
        "README.md",
        "check.npz",
        "training_log.csv",
        "report.json",
        "report.txt",
        "curves.png",
        "panels.png",
        "reliability.png",
        "confusion.png",
    }
    assert [path.name for path in trained.parent.iterdir()] == ["mine"]


def test_the_report_holds_every_score_of_every_class(trained):
    report = json.loads((trained / "report.json").read_text())
    assert list(report["classes"]) == list(CLASSES.names)
    for row in report["classes"].values():
        assert {"precision", "recall", "f1", "support", "iou"} <= set(row)
    assert report["n_test_images"] == 2
    assert sum(row["support"] for row in report["classes"].values()) == 2 * 64 * 64
    assert 0 < report["accuracy"] < 1
    assert report["loss"] > 0
    assert report["unambiguous"]["accuracy"] > 0
    text = (trained / "report.txt").read_text()
    assert f"{report['accuracy']:.4%}" in text
    assert "Scores on 2 test images" in text


def test_the_report_is_of_images_that_were_not_trained_on(trained, small_set):
    from ccdseg.segmentation.segmenter import Segmenter

    test = small_set[10:]
    right = Segmenter.load(trained).predict(test.images).mask == test.masks
    report = json.loads((trained / "report.json").read_text())
    assert report["accuracy"] == pytest.approx(right.mean(), abs=1e-3)


def test_a_model_says_how_it_was_trained(trained, tiny_preset):
    from ccdseg.segmentation.segmenter import Segmenter

    segmenter = Segmenter.load(trained)
    assert segmenter.name == "mine"
    assert segmenter.network.count_params() == tiny_preset
    (training,) = registry.read_training(trained)
    assert training["command"].startswith("ccdseg train --data ")
    assert training["command"].endswith(f"--output {trained}")
    assert (training["preset"], training["labels"]) == ("default", "truth")
    assert (training["config"]["epochs"], training["config"]["seed"]) == (2, 7)
    assert training["data"].endswith("set.npz")
    assert not training["new_images_every_epoch"]
    assert len(training["history"]["val_loss"]) == 2


def test_training_by_the_settings_beside_a_model_gives_the_same_model(trained, tmp_path):
    options = ["--config", trained / "config.toml", "--output", tmp_path / "mine"]
    assert status(main, "train", *options) == 0
    folders = (trained, tmp_path / "mine")
    # threads add up in any order, which changes the last digits
    first, second = (registry.read_training(x)[0]["history"] for x in folders)
    assert second == {name: pytest.approx(values, rel=1e-4) for name, values in first.items()}
    first, second = (json.loads((x / "report.json").read_text()) for x in folders)
    assert second["accuracy"] == pytest.approx(first["accuracy"], rel=1e-4)
    assert second["loss"] == pytest.approx(first["loss"], rel=1e-4)


def test_training_starts_from_a_model_on_augmented_images_with_labels_by_bands(trained, tmp_path):
    options = ["--simulate", "3", "--augment", "geometric", "--labels", "bands"]
    options += ["--weights", trained, "--epochs", "1", "--learning-rate", "0.002"]
    options += ["--output", tmp_path / "more"]
    assert status(script(train), *options) == 0
    *earlier, description = json.loads((tmp_path / "more" / "training.json").read_text())
    assert description["weights"] == str(trained)
    assert earlier == json.loads((trained / "training.json").read_text())
    assert len(earlier) == 1
    assert description["config"]["learning_rate"] == 0.002
    assert (description["augment"], description["labels"]) == ("geometric", "bands")
    assert description["images"] == 3
    assert not description["new_images_every_epoch"]
    assert json.loads((tmp_path / "more" / "report.json").read_text())["n_test_images"] == 42


@pytest.mark.usefixtures("workplace")
def test_a_model_is_replaced_only_when_asked(refused):
    refused("tiny exists already; pass --overwrite", "train", "--output", "tiny")


BAD_TRAININGS = [
    ("--data missing.npz", "No data file missing.npz"),
    ("--data text.npz", "text.npz cannot be read as .npz"),
    ("--data keys.npz", r"keys.npz holds the keys images, labels; it must hold 'images'"),
    ("--data shapes.npz", r"shapes.npz: masks have shape \(2, 8, 9\)"),
    ("--data flat.npz", r"flat.npz: images have shape \(8, 8\)"),
    ("--data classes.npz", "classes.npz: the masks hold class 4; there are 4 classes"),
    ("--data nan.npz", "nan.npz: the images hold NaN"),
    ("--data unlabelled.npz", "unlabelled.npz holds no masks; .* --labels bands"),
    ("--weights nothing", r"Unknown model 'nothing': .*\(.+\)"),
    ("--learning-rate 0", "learning_rate is 0.0; it must be above 0"),
    ("--detector nothing", "No detector 'nothing': .*damic"),
    ("--config missing.toml", "No configuration file missing.toml"),
    ("--config bad.toml", "bad.toml: unknown key config.epoch; the keys are epochs, "),
    ("--preset damic-unet --data nan.npz", "The stages of damic-unet are simulated, and data"),
]


def write_bad_sets():
    images, masks = np.zeros((2, 8, 8), np.float32), np.zeros((2, 8, 8), np.uint8)
    Path("text.npz").write_text("no archive")
    Path("bad.toml").write_text("[config]\nepoch = 3\n")
    np.savez("keys.npz", images=images, labels=masks)
    np.savez("shapes.npz", images=images, masks=np.zeros((2, 8, 9), np.uint8))
    np.savez("flat.npz", images=images[0], masks=masks[0])
    np.savez("classes.npz", images=images, masks=masks + 4)
    np.savez("nan.npz", images=images * np.nan, masks=masks)
    np.savez("unlabelled.npz", images=images)


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_TRAININGS)
def test_a_bad_training_is_refused(refused, line, message):
    write_bad_sets()
    refused(message, "train", *line.split(), "--output", "new")
    assert not Path("new").exists()


def test_the_models_that_ship_are_listed_with_their_scores(trained, monkeypatch, capsys):
    monkeypatch.setattr(registry, "_SHIPPED", (trained.parent,))
    assert status(main, "models") == 0
    text = capsys.readouterr().out
    report = json.loads((trained / "report.json").read_text())
    assert text.startswith("mine\n")
    assert ", ".join(CLASSES.names) in text
    assert "robust" in text
    assert f"{report['accuracy']:.3%}" in text


@pytest.fixture(scope="module")
def tiny_cosmics():
    """Make the presets for cosmics tiny."""
    from ccdseg.training.presets import COSMICS_LEAN, COSMICS_PAPER, PRESETS

    lean = {"filters": (2, 2), "head": 2}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "cosmics", replace(COSMICS_LEAN, network=lean, weights=None))
        sized = {"architecture": "lean_unet", "network": lean, "input_size": (32, 32)}
        patch.setitem(PRESETS, "sized", replace(COSMICS_PAPER, **sized))
        yield


@pytest.fixture(scope="module")
def x_rays(tmp_path_factory):
    """Folders of simulated X-ray images, five of them to train on."""
    folder = tmp_path_factory.mktemp("x-rays") / "data"
    options = ["--n", "7", "--shape", "40x56", "--output", folder]
    assert status(main, "simulate", "xray", *options) == 0
    return folder


@pytest.mark.usefixtures("tiny_cosmics")
@pytest.mark.parametrize("preset", ["cosmics", "sized"])
def test_folders_train_a_model_of_cosmics_that_can_be_used(x_rays, tmp_path, preset):
    from ccdseg.segmentation.segmenter import Segmenter

    output = tmp_path / "model"
    options = ["--preset", preset, "--data", x_rays, "--epochs", "1", "--output", output]
    assert status(main, "train", *options) == 0
    report = json.loads((output / "report.json").read_text())
    assert list(report["classes"]) == ["background", "cosmic"]
    assert report["n_test_images"] == 1
    assert sum(row["support"] for row in report["classes"].values()) == 40 * 56
    segmenter = Segmenter.load(output)
    assert segmenter.predict(np.ones((50, 70), np.uint16)).mask.shape == (50, 70)
    assert registry.read_training(output)[-1]["data"] == str(x_rays)


@pytest.mark.usefixtures("workplace", "tiny_cosmics")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--data {}", "masks beside .*Train hold no class but 0; .* --preset cosmics"),
        ("--preset cosmics --data {} --augment geometric", "--augment needs images in memory"),
        ("--preset cosmics --data tiny", "tiny holds no images; it must hold the folders Train"),
        ("--preset cosmics --backbone-weights none", "preset cosmics has no backbone"),
        ("--preset cosmics-paper --backbone-weights missing.h5", "missing.h5: no such file"),
    ],
)
def test_folders_that_do_not_fit_are_refused(refused, x_rays, line, message):
    refused(message, "train", *line.format(x_rays).split(), "--output", "new")
    assert not Path("new").exists()
