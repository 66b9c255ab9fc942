"""Files: written whole or not at all, never replaced unasked; `.npz` files without code in them."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.lib.npyio import NpzFile

from ccdseg.errors import InputError

LOCK = ".lock"
"""Empty file in a folder into which several runs may write at a time."""


def refuse_existing(path: str | Path, *, overwrite: bool = False) -> None:
    """Raise `InputError` where `path` exists and `overwrite` was not asked for."""
    if Path(path).exists() and not overwrite:
        raise InputError(f"{path} exists already; pass --overwrite (overwrite=True) to replace it.")


def check_folder(folder: Path) -> None:
    """Raise `InputError` where a file stands in the place of `folder` or of one above it."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        raise InputError(f"{str(existing)!r} is a file, no folder; choose another --output.")


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, renamed to it when the block ends well.

    The temporary name ends like the final one, so that writers that judge by the suffix agree.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(folder: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside `folder`, put in its place when the block ends well.

    Raises
    ------
    InputError
        If `folder` exists and `overwrite` was not asked for.
    """
    folder = Path(folder)
    refuse_existing(folder, overwrite=overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    temporary.chmod(0o755)
    try:
        yield temporary
        _replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Keep other processes and machines that take this lock out of an existing folder meanwhile.

    The system gives the lock back where its process dies. Its file `LOCK` stays: removing it would
    let two processes hold two locks of one name.
    """
    from filelock import FileLock

    with FileLock(folder / LOCK):
        yield


@contextmanager
def staged_files(
    folder: str | Path, *, overwrite: bool = False, first: str | None = None
) -> Iterator[Path]:
    """Yield a temporary folder whose content is moved into `folder` when the block ends well.

    Parameters are those of `move_staged`.

    Raises
    ------
    InputError
        At the end, before anything is moved, if a file exists and `overwrite` was not asked
        for.
    """
    with stage_in(folder) as stage:
        yield stage
        move_staged(stage, overwrite=overwrite, first=first)


@contextmanager
def stage_in(folder: str | Path) -> Iterator[Path]:
    """Yield a temporary folder in `folder`, which is made where it is missing.

    Both are removed at the end, `folder` where it was made and nothing is in it.
    """
    folder = Path(folder)
    new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=_stage_prefix(os.getpid()), dir=folder) as name:
            yield Path(name)
    finally:
        if new and not any(folder.iterdir()):
            folder.rmdir()


def move_staged(stage: Path, *, overwrite: bool = False, first: str | None = None) -> None:
    """Move the content of a temporary folder into the folder around it.

    Parameters
    ----------
    stage : Path
        Folder of `stage_in`.
    overwrite : bool
        Whether existing files are replaced.
    first : str, optional
        Name of the file that is moved before all others: one that lists them then tells after a
        kill whether all are there.

    Raises
    ------
    InputError
        Before anything is moved, if a file exists and `overwrite` was not asked for.
    """
    folder = stage.parent
    entries = sorted(stage.iterdir(), key=lambda entry: (entry.name != first, entry.name))
    for entry in entries:
        refuse_existing(folder / entry.name, overwrite=overwrite)
    for entry in entries:
        _replace(entry, folder / entry.name)


def remove_abandoned(folder: Path) -> None:
    """Remove temporary folders of `staged_files` whose process was killed on this machine."""
    if os.name != "posix" or not folder.is_dir():
        return
    for stage in folder.glob(_stage_prefix("*") + "*"):
        pid = stage.name.removeprefix(_stage_prefix("")).split("-")[0]
        if pid.isdecimal() and not _runs(int(pid)):
            shutil.rmtree(stage, ignore_errors=True)


def _stage_prefix(pid: int | str) -> str:
    host = platform.node().replace("/", "_")
    return f".staged-{host}-{pid}-" if pid else f".staged-{host}-"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _replace(new: Path, target: Path) -> None:
    """Put `new` in the place of `target`, be they files or folders."""
    if not (new.is_dir() or target.is_dir()) or not target.exists():
        new.replace(target)
        return
    old = target.with_name(f".{os.getpid()}-old-{target.name}")
    target.rename(old)
    new.rename(target)
    shutil.rmtree(old) if old.is_dir() else old.unlink()


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a file.

    Raises
    ------
    InputError
        If the file is no `.npz`, is damaged, or holds anything but plain arrays.
    """
    try:
        with path.open("rb") as stream, NpzFile(stream, allow_pickle=False) as archive:
            arrays = {name: np.asarray(archive[name]) for name in archive.files}
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} cannot be read as .npz ({reason}).") from None
    return arrays


def write_npz(path: str | Path, arrays: dict[str, np.ndarray]) -> None:
    """Write arrays compressed, under their names."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
