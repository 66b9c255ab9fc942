"""Checks of model folders."""

import json
import shutil

import numpy as np
import pytest

from ccdseg.cli import main
from ccdseg.files import write_npz
from ccdseg.segmentation.checking import check_model
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.segmentation.store import list_models
from tests.command_line import status
from tests.refusal import refused


@pytest.fixture(scope="module")
def saved(segmenter, small_set, tmp_path_factory):
    """Folder of a model with a check image; only read it."""
    folder = tmp_path_factory.mktemp("checked") / "mine"
    segmenter.save(folder, check_image=small_set.images[0])
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    """Return a copy of that folder, to be damaged."""
    return shutil.copytree(saved, tmp_path / "mine")


def describe(folder, change):
    path = folder / "segmenter.json"
    description = json.loads(path.read_text())
    change(description)
    path.write_text(json.dumps(description))


def test_a_saved_model_passes(folder):
    assert check_model(folder).endswith("0 of 4,096 pixels of the check image differ")


@pytest.mark.parametrize("name", list_models())
def test_the_models_that_ship_pass(name):
    assert "of 65,536 pixels of the check image differ" in check_model(name)


@pytest.mark.parametrize("name", ["README.md", "check.npz", "network.keras", "segmenter.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with refused(f"{folder}.*{name}"):
        check_model(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("network.keras", "network.keras is damaged or of another model .its SHA-256"),
        ("check.npz", "check.npz cannot be read as .npz"),
        ("training.json", "training.json is damaged"),
        ("report.json", "report.json is damaged"),
    ],
)
def test_a_damaged_file_is_named(folder, name, message):
    (folder / name).write_bytes(b"damaged")
    with refused(message):
        check_model(folder)


def test_a_network_of_another_model_is_refused(folder, tiny_unet, tmp_path):
    Segmenter(tiny_unet(filters=3)).save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "network.keras", folder)
    with refused("its SHA-256 is not that in segmenter.json"):
        check_model(folder)
    with refused("its SHA-256 is not that in segmenter.json"):
        Segmenter.load(folder)


def test_a_changed_description_gives_another_mask(folder):
    describe(folder, lambda found: found.update(operating_point=[1, 1e-3, 1, 1]))
    with refused("of 4,096 pixels of the check image are of another class than expected"):
        check_model(folder)


def test_a_model_without_digest_is_told_to_be_saved_anew(folder):
    describe(folder, lambda found: found.pop("network"))
    Segmenter.load(folder)
    with refused("holds no SHA-256 of its network; save the model anew"):
        check_model(folder)


def test_a_check_image_without_its_mask_is_refused(folder):
    write_npz(folder / "check.npz", {"image": np.zeros((8, 8), np.float32)})
    with refused("check.npz is damaged: it must hold an image and its mask"):
        check_model(folder)


def test_the_command_names_each_model_and_its_status_tells_a_failure(folder, capsys):
    assert status(main, "models", "--check", folder) == 0
    assert capsys.readouterr().out.startswith(f"{folder}: ok (SHA-256 ")
    (folder / "check.npz").unlink()
    assert status(main, "models", "--check", folder, "nothing", "damic-unet") == 1
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{folder}: failed: {folder} holds no check.npz")
    assert second.startswith("nothing: failed: Unknown model 'nothing'")
    assert third.startswith("damic-unet: ok")
