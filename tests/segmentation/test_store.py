"""Where trained models lie."""

import json
import re

import pytest

from ccdseg.classes import CLASSES
from ccdseg.segmentation import store as registry
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.segmentation.store import (
    DEFAULT_MODEL,
    DESCRIPTION,
    check_operating_point,
    find_model,
    list_models,
    read_description,
    read_report,
    read_training,
)
from tests.refusal import refused


@pytest.fixture
def two_homes(tmp_path, monkeypatch):
    """Two homes of models, of which one does not exist."""
    for name in ("beta", "alpha", "no-model"):
        (tmp_path / "models" / name).mkdir(parents=True)
    for name in ("beta", "alpha"):
        (tmp_path / "models" / name / DESCRIPTION).write_text("{}")
    monkeypatch.setattr(registry, "_SHIPPED", (tmp_path / "nowhere", tmp_path / "models"))
    return tmp_path / "models"


def test_folders_with_a_description_are_listed_in_order(two_homes):
    assert list(list_models().items()) == [
        ("alpha", two_homes / "alpha"),
        ("beta", two_homes / "beta"),
    ]


def test_a_model_is_found_by_name(two_homes):
    assert find_model("beta") == two_homes / "beta"


def test_a_model_is_found_by_folder(tmp_path):
    assert find_model(str(tmp_path)) == find_model(tmp_path) == tmp_path


@pytest.mark.usefixtures("two_homes")
@pytest.mark.parametrize("name", ["gamma", "no-model", "Alpha", "models/gamma"])
def test_an_unknown_model_is_refused_with_those_there_are(name):
    with refused(rf"Unknown model '{name}': .*\(alpha, beta\)"):
        find_model(name)


def test_without_any_model_the_list_is_none(monkeypatch):
    monkeypatch.setattr(registry, "_SHIPPED", ())
    with refused(rf"Unknown model '{DEFAULT_MODEL}': .*\(none\)"):
        find_model(DEFAULT_MODEL)


def test_a_description_is_read(tmp_path):
    description = {
        "name": "a",
        "classes": CLASSES.to_list(),
        "normalizer": {"name": "none"},
        "operating_point": [1, 0.5, 2, 1e-3],
        "more": 1,
    }
    (tmp_path / DESCRIPTION).write_text(json.dumps(description))
    assert read_description(tmp_path) == json.loads(json.dumps(description))


def test_a_folder_without_description_is_refused(tmp_path):
    with refused(f"{re.escape(str(tmp_path))} is not a model folder: it has no {DESCRIPTION}"):
        read_description(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged"),
        (b"{", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[]", "classes, name, normalizer missing"),
        (b"null", "classes, name, normalizer missing"),
        (b'{"name": "a", "classes": []}', "is damaged: normalizer missing"),
        *(
            (
                json.dumps(
                    {
                        "name": "a",
                        "classes": CLASSES.to_list(),
                        "normalizer": "none",
                        key: point,
                    }
                ).encode(),
                "is damaged .The operating point is .*; give 4 numbers above 0, one per class",
            )
            for key in ("operating_point", "thresholds")
            for point in ([1, 1, 1], [1, 1, 1, -1], [1, 1, 1, float("nan")], "1111", 3, {})
        ),
    ],
)
def test_a_damaged_description_is_refused(tmp_path, content, message):
    path = tmp_path / DESCRIPTION
    path.write_bytes(content)
    with refused(f"{re.escape(str(path))} .*{message}"):
        read_description(tmp_path)


def test_an_operating_point_is_numbers_and_all_1_by_default():
    assert check_operating_point(None, 3) == (1.0, 1.0, 1.0)
    assert check_operating_point([1, 0.5], 2) == (1.0, 0.5)


def test_the_default_model_ships_and_loads():
    segmenter = Segmenter.load()
    folder = find_model(DEFAULT_MODEL)
    assert segmenter.name == DEFAULT_MODEL
    assert segmenter.network.input_shape == (None, None, None, 1)
    report = read_report(folder)
    assert report["classes"]["cluster"]["f1"] >= 0.90
    assert report["unambiguous"]["classes"]["cluster"]["f1"] >= 0.96
    assert report["accuracy"] >= 0.9988
    assert all(stage["history"]["val_loss"] for stage in read_training(folder))
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 10e6


def test_the_stages_of_an_earlier_version_are_unfolded(tmp_path):
    nested = {"preset": "b", "earlier_training": {"preset": "a", "history": {"loss": [2.0]}}}
    description = {"name": "x", "classes": CLASSES.to_list(), "normalizer": "none"}
    (tmp_path / DESCRIPTION).write_text(json.dumps(description))
    assert read_training(tmp_path) == []
    (tmp_path / DESCRIPTION).write_text(json.dumps(description | {"training": nested}))
    (tmp_path / "history.json").write_text('{"loss": [1.0]}')
    assert read_training(tmp_path) == [
        {"preset": "a", "history": {"loss": [2.0]}},
        {"preset": "b", "history": {"loss": [1.0]}},
    ]


@pytest.mark.parametrize("content", [b"{", b"\xff", b"3", b'"text"'])
@pytest.mark.parametrize(
    ("name", "read"), [("training.json", read_training), ("report.json", read_report)]
)
def test_damaged_records_are_refused(tmp_path, name, read, content):
    (tmp_path / name).write_bytes(content)
    with refused(f"{re.escape(str(tmp_path / name))} is damaged"):
        read(tmp_path)


def test_a_folder_without_scores_has_none(tmp_path):
    assert read_report(tmp_path) == {}
