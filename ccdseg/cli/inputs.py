"""Which images a call is about, and that their results stand in nobody's way."""

from __future__ import annotations

from collections import Counter
from glob import glob
from pathlib import Path

from ccdseg.cli.result_names import results_of
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.images_io.files import SUFFIXES, image_files_in, stem


def list_images(names: list[str]) -> list[Path]:
    """Files of a list of files, folders and patterns, each once, in the order given."""
    paths: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            found = image_files_in(path)
            if not found:
                raise InputError(f"The folder {path} holds no image ({', '.join(SUFFIXES)}).")
        elif path.is_file():
            found = [path]
        else:
            found = [Path(match) for match in sorted(glob(name))]  # noqa: PTH207 - a pattern may be absolute
            if not found:
                raise InputError(f"No such file: {name}")
        paths |= dict.fromkeys(found)
    return list(paths)


def refuse_results(paths: list[Path], folder: Path, *, clean: bool, overwrite: bool) -> None:
    """Raise where two images would write the same results, or where results exist."""
    name, n_images = Counter(map(stem, paths)).most_common(1)[0]
    if n_images > 1:
        alike = ", ".join(str(path) for path in paths if stem(path) == name)
        raise InputError(
            f"{n_images} images would all write {folder / name}_…: {alike}; segment them in "
            "separate calls with different --output."
        )
    for path in paths:
        for result in results_of(path, clean=clean):
            refuse_existing(folder / result, overwrite=overwrite)
