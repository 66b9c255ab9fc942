"""Wheel and version of the package."""

import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import ccdseg
from ccdseg import version
from ccdseg.segmentation.store import list_models

ROOT = Path(__file__).resolve().parents[1]
find_version = version.package_version.__wrapped__

INSTALLED = """
import ccdseg
from ccdseg.segmentation.store import list_models
print(ccdseg.__file__, ccdseg.__version__, *list_models())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Wheel of this folder."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603 - our own build
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_module_and_the_models_without_their_pictures(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {
        str(path.relative_to(ROOT))
        for pattern in ("*.py", "*.pyi", "py.typed")
        for path in (ROOT / "ccdseg").rglob(pattern)
    }
    assert modules <= names
    assert not [name for name in names if name.endswith(".png")]
    for name in list_models():
        files = {path.name for path in (ROOT / "models" / name).iterdir() if path.suffix != ".png"}
        assert {f"ccdseg/shipped_models/{name}/{file}" for file in files} <= names
    assert wheel.stat().st_size < 20e6


def test_an_installed_wheel_knows_its_version_and_models(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    result = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", INSTALLED],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    file, found, *models = result.stdout.split()
    assert Path(file).parents[1] == tmp_path
    assert found == wheel.name.split("-")[1]
    assert models == list(list_models())


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="no checkout"
)
def test_a_checkout_names_its_commit(monkeypatch):
    commit = subprocess.run(
        ["git", "rev-parse", "--short=7", "HEAD"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    monkeypatch.setattr(metadata, "version", lambda _: pytest.fail("the checkout knows better"))
    found = find_version()
    assert f"+g{commit}" in found or "dev" not in found


def test_without_git_it_is_the_installed_version(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(version, "_ROOT", ROOT / "nowhere")
    monkeypatch.setattr(metadata, "version", lambda name: {"ccdseg": "7.1"}[name])
    assert find_version() == "7.1"


def test_a_checkout_that_cannot_be_read_has_the_installed_version(monkeypatch):
    monkeypatch.setattr(version, "_version_of_checkout", lambda: 1 / 0)
    monkeypatch.setattr(metadata, "version", lambda _: "7.1")
    assert find_version() == "7.1"


def test_files_that_are_not_installed_have_a_version_too(monkeypatch, tmp_path):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(version, "_ROOT", tmp_path)
    monkeypatch.setattr(metadata, "version", missing)
    assert find_version() == "0.1.0"


def test_the_package_has_the_version():
    assert ccdseg.__version__ == version.package_version()
    with pytest.raises(AttributeError, match="attribute 'other'"):
        _ = version.other
