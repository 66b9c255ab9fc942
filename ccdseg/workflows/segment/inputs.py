"""Files to segment, from files, folders, patterns and lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from glob import glob
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.images_io import SUFFIXES, image_files_in, split_address
from ccdseg.images_io.names import INSIDE


def list_images(names: Sequence[str | Path]) -> list[Path]:
    """Files of a list of files, folders and patterns, each once, in the order given.

    A file or pattern may name a data set behind ``::``.

    Raises
    ------
    InputError
        If a name stands for no image.
    """
    paths: dict[Path, None] = {}
    for name in _listed(names):
        path, inside = split_address(name)
        if inside is not None:
            found = [Path(f"{file}{INSIDE}{inside}") for file in list_images([path])]
        elif path.is_dir():
            found = image_files_in(path)
            if not found:
                raise InputError(f"The folder {path} holds no image ({', '.join(SUFFIXES)}).")
        elif path.is_file():
            found = [path]
        else:
            found = [Path(match) for match in sorted(glob(str(name)))]  # noqa: PTH207 - a pattern may be absolute
            if not found:
                raise InputError(f"No such file: {name}")
        paths |= dict.fromkeys(found)
    return list(paths)


def _listed(names: Sequence[str | Path]) -> Iterator[str | Path]:
    """Names, those of list files in the place of ``@`` and the list's name."""
    for name in names:
        if not str(name).startswith("@") or Path(name).exists():
            yield name
            continue
        path = Path(str(name)[1:])
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            raise InputError(f"The list {path} cannot be read ({error}).") from None
        found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        if not found:
            raise InputError(f"The list {path} names no image.")
        yield from found
