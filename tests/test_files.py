"""Writing that never leaves half a file."""

import stat

import pytest

from ccdseg.files import atomic_folder, atomic_path, refuse_existing, staged_files
from tests.refusal import refused


def content(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def half_way(path, write):
    write(path)
    raise KeyboardInterrupt


def interrupt(manager, write):
    with pytest.raises(KeyboardInterrupt), manager as path:
        half_way(path, write)


def test_an_atomic_path_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "frame.fits.gz"
    with atomic_path(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.name.endswith("frame.fits.gz")
    assert content(tmp_path) == {"new/frame.fits.gz": "whole"}


def test_an_interrupted_atomic_path_leaves_nothing(tmp_path):
    interrupt(atomic_path(tmp_path / "file"), lambda path: path.write_text("half"))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_atomic_path_leaves_the_old_file(tmp_path):
    (tmp_path / "file").write_text("old")
    interrupt(atomic_path(tmp_path / "file"), lambda path: path.write_text("half"))
    assert content(tmp_path) == {"file": "old"}


def test_an_atomic_path_replaces_the_old_file(tmp_path):
    (tmp_path / "file").write_text("old")
    with atomic_path(tmp_path / "file") as temporary:
        temporary.write_text("new")
    assert content(tmp_path) == {"file": "new"}


def test_an_existing_file_is_refused_unless_asked_for(tmp_path):
    (tmp_path / "file").write_text("old")
    with refused("file exists already; pass --overwrite"):
        refuse_existing(tmp_path / "file")
    refuse_existing(tmp_path / "file", overwrite=True)
    refuse_existing(tmp_path / "other")


def test_an_atomic_folder_appears_when_the_block_ends(tmp_path):
    folder = tmp_path / "models" / "mine"
    with atomic_folder(folder) as temporary:
        (temporary / "a").write_text("1")
        assert not folder.exists()
    assert content(tmp_path) == {"models/mine/a": "1"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_interrupted_atomic_folder_leaves_what_was_there(tmp_path, overwrite):
    if overwrite:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "a").write_text("old")
    before = content(tmp_path)
    manager = atomic_folder(tmp_path / "mine", overwrite=overwrite)
    interrupt(manager, lambda path: (path / "b").write_text("half"))
    assert content(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == overwrite


def test_an_atomic_folder_refuses_an_existing_one_before_any_work(tmp_path):
    with refused("exists already; pass --overwrite"), atomic_folder(tmp_path):
        pytest.fail("the block must not run")


@pytest.mark.parametrize("was_folder", [True, False])
def test_an_atomic_folder_replaces_all_of_the_old_one(tmp_path, was_folder):
    if was_folder:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "old").write_text("old")
    else:
        (tmp_path / "mine").write_text("old")
    with atomic_folder(tmp_path / "mine", overwrite=True) as temporary:
        (temporary / "new").write_text("new")
    assert content(tmp_path) == {"mine/new": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def write_two(stage):
    (stage / "a").write_text("new a")
    (stage / "b").mkdir()
    (stage / "b" / "c").write_text("new c")


def test_staged_files_are_moved_when_the_block_ends(tmp_path):
    with staged_files(tmp_path / "out") as stage:
        write_two(stage)
        assert [path.name for path in (tmp_path / "out").iterdir()] == [stage.name]
    assert content(tmp_path) == {"out/a": "new a", "out/b/c": "new c"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b"]


@pytest.mark.parametrize("existing", ["a", "b/old"])
def test_staged_files_move_nothing_where_one_target_exists(tmp_path, existing):
    (tmp_path / existing).parent.mkdir(exist_ok=True)
    (tmp_path / existing).write_text("old")
    with refused(f"{existing[0]} exists already"), staged_files(tmp_path) as stage:
        write_two(stage)
    assert content(tmp_path) == {existing: "old"}
    assert [path.name for path in tmp_path.iterdir()] == [existing[0]]


def test_staged_files_replace_what_they_are_asked_to_and_nothing_else(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("a", "b/old", "other"):
        (tmp_path / name).write_text("old")
    with staged_files(tmp_path, overwrite=True) as stage:
        write_two(stage)
    assert content(tmp_path) == {"a": "new a", "b/c": "new c", "other": "old"}


def test_interrupted_staged_files_move_nothing(tmp_path):
    interrupt(staged_files(tmp_path), write_two)
    assert list(tmp_path.iterdir()) == []
