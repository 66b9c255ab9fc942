"""Simulated data sets, frames and cluster libraries, written to files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import DAMIC, Detector
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing, staged_files
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    RecipeLike,
    SimulatedImage,
    generate_library,
    load_cluster_library,
    save_events,
    simulate_images,
    stack_images,
)
from ccdseg.simulation.components import Digitisation
from ccdseg.version import package_version
from ccdseg.workflows.simulating.simulated_frame import write_full_frame
from ccdseg.workflows.simulating.simulated_pictures import write_folders

FRAME_SHAPE = (1024, 1024)
"""Rows and columns of a full frame where none are given (px)."""

_FITS = (".fits", ".fits.gz", ".fits.fz")


def simulate(
    recipe: str | RecipeLike,
    output: str | Path,
    *,
    n_images: int = 42,
    shape: tuple[int, int] | None = None,
    detector: Detector | str | Path | None = None,
    library: ClusterLibrary | str | Path | None = None,
    seed: int = 0,
    pictures: bool = False,
    colours: str = "original",
    overwrite: bool = False,
    command: str = "ccdseg.workflows.simulate",
) -> list[Path]:
    """Simulate images whose truth is known, and write them.

    Parameters
    ----------
    recipe : str or Recipe
        Recipe: a name in `RECIPES`, or a recipe of your own.
    output : str or Path
        A `.npz` file for a data set of arrays, or a `.fits`, `.fits.gz` or `.fits.fz` file for one
        full frame, beside it its truth (``STEM_truth.fits`` and, particle by particle,
        ``STEM_particles.fits``) and the table of its elements; beside either, in
        ``STEM_deposits.npz``, the charge that each particle left in each pixel. Or, of recipes
        whose images are digitised, a folder for pictures of 16 bits and their masks.
    n_images : int
        Number of images of a data set or a folder.
    shape : tuple of int, optional
        Rows and columns (px); those of the recipe by default, `FRAME_SHAPE` of a full frame.
    detector : Detector, str or Path, optional
        Detector, preset or file; the recipe's own by default.
    library : ClusterLibrary, str or Path, optional
        Clusters to paste, or their file; those that ship by default.
    seed : int
        Seed of everything random.
    pictures : bool
        Whether to draw the first image with its label, and its charge distribution.
    colours : {"original", "safe"}
        Colours of the classes in them; see `ccdseg.ClassCatalogue.recoloured`.
    overwrite : bool
        Whether existing files are replaced.
    command : str
        Command noted in a folder of pictures.

    Returns
    -------
    list of Path
        Files written, the output first.

    Raises
    ------
    InputError
        If the name of the output or an argument does not fit, or a file exists.
    """
    output, classes = Path(output), CLASSES.recoloured(colours)
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise InputError(f"Unknown recipe {recipe!r}; one of: {', '.join(RECIPES)}.")
        recipe = RECIPES[recipe]
    is_frame = output.name.endswith(_FITS)
    shape = shape or (FRAME_SHAPE if is_frame else None)
    recipe = recipe.scaled(shape) if shape else recipe
    if library is not None:
        known = isinstance(library, ClusterLibrary)
        recipe = recipe.with_library(library if known else load_cluster_library(library))
    if detector is not None and not isinstance(detector, Detector):
        detector = Detector.load(detector)
    _refuse(recipe, output, pictures=pictures, overwrite=overwrite)
    settings = {"detector": detector, "rng": np.random.default_rng(seed)}
    truth = _beside(output)["truth"]
    if is_frame:
        first = write_full_frame(recipe, [output, *truth], seed, settings, overwrite=overwrite)
    elif output.suffix == ".npz":
        first = _write_set(recipe, output, n_images, settings, overwrite=overwrite)
    else:
        origin = {
            "command": command,
            "ccdseg": package_version(),
            "seed": seed,
            "n_images": n_images,
            "recipe": recipe.to_dict(),
            "detector": asdict(detector) if detector else "of the recipe",
        }
        images = simulate_images(recipe, n_images, n_workers=-1, **settings)
        first = write_folders(output, images, origin, overwrite=overwrite)
    charts = _draw(output, *first, classes=classes, overwrite=overwrite) if pictures else ()
    return [output, *truth, *charts]


def simulate_library(
    output: str | Path,
    n_clusters: int,
    *,
    detector: Detector = DAMIC,
    seed: int = 0,
    overwrite: bool = False,
) -> Path:
    """Generate a library of clusters from the paths of particles, and write it.

    Parameters
    ----------
    output : str or Path
        File to write, `.npz`.
    n_clusters : int
        Number of clusters.
    detector : Detector
        Geometry and diffusion.
    seed : int
        Seed of everything random.
    overwrite : bool
        Whether an existing file is replaced.

    Returns
    -------
    Path
        The file.
    """
    output = Path(output)
    refuse_existing(output, overwrite=overwrite)
    if output.suffix != ".npz":
        raise InputError(f"The name {output} must end on .npz.")
    library = generate_library(n_clusters, detector=detector, rng=np.random.default_rng(seed))
    library.save(output)
    return output


def _refuse(recipe: RecipeLike, output: Path, *, pictures: bool, overwrite: bool) -> None:
    """Refuse a name that does not fit, and files that exist."""
    beside = _beside(output)
    names = [output, *beside["truth"], *(beside["pictures"] if pictures else [])]
    for path in names:
        refuse_existing(path, overwrite=overwrite)
    digitisation = recipe.find(Digitisation)
    digitised = digitisation is not None and digitisation.is_certain
    if output.name.endswith((".npz", *_FITS)) or (digitised and not output.suffix):
        return
    remedy = " or name a folder" if digitised else ""
    raise InputError(f"The name {output} must end on .npz, or on .fits for one full frame{remedy}.")


def _beside(output: Path) -> dict[str, list[Path]]:
    """Files that are written beside the output: its truth and its pictures."""
    stem = output.name.split(".")[0]
    names = []
    if output.name.endswith(_FITS):
        name, suffix = output.name.rsplit(".fits", 1)
        names = [f"{name}_{what}.fits{suffix}" for what in ("truth", "particles")]
        names += [f"{name}_events.ecsv", f"{name}_deposits.npz"]
    elif output.suffix == ".npz":
        names = [f"{output.stem}_deposits.npz"]
    charts = [f"{stem}_{what}.png" for what in ("label", "charge")]
    named = {"truth": names, "pictures": charts}
    return {key: [output.with_name(name) for name in names] for key, names in named.items()}


def _write_set(
    recipe: RecipeLike, output: Path, n_images: int, settings: dict, *, overwrite: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Images with masks, and beside them the deposits of their particles; the first of both."""
    images = simulate_images(recipe, n_images, n_workers=-1, **settings)
    events = []

    def noted() -> Iterator[SimulatedImage]:
        for simulated in tqdm(images, f"Simulating ({recipe.name})", n_images, unit="image"):
            events.append(simulated.events)
            yield simulated

    arrays = stack_images(noted(), n_images)
    (deposits,) = _beside(output)["truth"]
    with staged_files(output.parent, overwrite=overwrite) as stage:
        arrays.save(stage / output.name)
        save_events(stage / deposits.name, events)
    return arrays.images[0], arrays.masks[0]


def _draw(
    output: Path,
    image: np.ndarray,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue,
    overwrite: bool,
) -> list[Path]:
    """Write the image with its label, and its charge distribution."""
    from ccdseg import plotting

    figures = (
        show(image, mask, classes=classes)
        for show in (plotting.show_frame, plotting.show_charge_distribution)
    )
    return [
        plotting.save_figure(figure, path, overwrite=overwrite)
        for figure, path in zip(figures, _beside(output)["pictures"], strict=True)
    ]
