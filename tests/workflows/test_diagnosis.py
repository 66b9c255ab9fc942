"""Diagnosis of an installation: what works is told, what fails comes with its remedy."""

import sys

from ccdseg import workflows
from ccdseg.cli import main
from ccdseg.segmentation import list_models, store
from tests.command_line import status


def test_a_working_installation_passes_every_check(capsys):
    assert status(main, "doctor") == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    names = [line[8:].split(":")[0] for line in lines]
    assert names[:5] == ["versions", "processors", "backend of Keras", "OpenCV", "augmentation"]
    assert names[5:] == [f"model {name}" for name in list_models()]
    assert "numpy 2" in lines[0]


def test_a_broken_installation_fails_and_names_the_remedy(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.setattr(store, "_SHIPPED", (tmp_path,))
    assert status(main, "doctor") == 1
    lines = capsys.readouterr().out.splitlines()
    failed = {line[8:].split(":")[0]: line for line in lines if line.startswith("FAILED")}
    assert "libgl1" in failed["OpenCV"]
    assert "install ccdseg from a clone or a wheel" in failed["models that ship"]


def test_a_damaged_model_fails(monkeypatch, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "segmenter.json").write_text('{"name": ')
    monkeypatch.setattr(store, "_SHIPPED", (tmp_path,))
    (check,) = [check for check in workflows.diagnose() if check.name == "model broken"]
    assert not check.passed
    assert "segmenter.json" in check.found
