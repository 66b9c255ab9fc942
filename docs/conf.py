"""Settings of Sphinx; the pages that follow from the code are written into `_generated` first."""

import importlib
import inspect
import os
import shutil
import sys
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import ccdseg  # noqa: E402
from ccdseg import cli  # noqa: E402
from ccdseg.cli.output import Parser, declare  # noqa: E402
from ccdseg.events.columns import COLUMNS  # noqa: E402

project = "ccdseg"
author = "The ccdseg developers"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = ccdseg.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "_generated/event_columns.md"]
html_theme = "furo"
html_title = "ccdseg"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the tests run the notebooks
numpydoc_show_class_members = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say the types
autosummary_generate = True
autosummary_ignore_module_all = False
autosummary_imported_members = True

PACKAGES = {
    "workflows": "Workflows",
    "segmentation": "Segmentation",
    "training": "Training",
    "simulation": "Simulation",
    "simulation.effects": "Effects",
    "simulation.components": "Components of recipes",
    "simulation.particles": "Particles",
    "classes": "Classes",
    "detector": "Detectors and amplifiers",
    "arrays": "Large arrays",
    "mask": "Masks",
    "normalization": "Normalisation",
    "normalization.amplifiers": "Amplifiers",
    "augmentation": "Augmentation",
    "tiling": "Tiling",
    "dataset": "Sets of images",
    "calibration": "Raw images to frames",
    "calibration.defects": "Defects of a detector",
    "events": "Events",
    "events.rates": "Rates",
    "identification": "Identification",
    "estimation": "Estimation",
    "estimation.diffusion": "Diffusion and thickness",
    "postprocessing": "Postprocessing",
    "evaluation": "Evaluation",
    "models": "Networks and losses",
    "fits_io": "FITS files",
    "images_io": "Pictures and folders",
    "images_io.stacks": "Files of beamlines",
    "plotting": "Plotting",
    "plotting.pages": "Pages for the browser",
}
"""Packages and modules of the API reference, with the titles of their pages."""


def public_names(module: object) -> list[str]:
    """Functions and classes of a module that its users import."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    return [
        name
        for name in names
        if inspect.isclass(getattr(module, name)) or inspect.isfunction(getattr(module, name))
    ]


def write_api(folder: Path) -> None:
    """Write a page per package, with a page for each of its names."""
    entries = []
    for name, title in PACKAGES.items():
        module = importlib.import_module(f"ccdseg.{name}")
        names = "\n   ".join(public_names(module))
        text = (
            f"{title}\n{'=' * len(title)}\n\n.. automodule:: ccdseg.{name}\n\n"
            f".. autosummary::\n   :toctree: names\n   :nosignatures:\n\n   {names}\n"
        )
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
        entries.append(f"{title} (ccdseg.{name}) <{name}>")
    toctree = "\n".join(entries)
    text = f"# API reference\n\n```{{toctree}}\n:maxdepth: 1\n\n{toctree}\n```\n"
    (folder / "index.md").write_text(text, encoding="utf-8")


def write_commands(path: Path) -> None:
    """Write the help of every command."""
    parts = ["# Commands\n\n`scripts/train.py` and `scripts/load_model.py` take the arguments of"]
    parts[0] += " `ccdseg train` and `ccdseg predict`."
    os.environ["COLUMNS"] = "96"
    for name in cli.COMMANDS:
        module = importlib.import_module(f"ccdseg.cli.commands.{name}")
        parser = Parser(prog=f"ccdseg {name}")
        declare(parser, module)
        parts.append(f"## ccdseg {name}\n\n```text\n{parser.format_help().strip()}\n```")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def write_columns(path: Path) -> None:
    """Write the table of the columns of events."""
    rows = [
        f"| `{column.name}` | {column.unit or ''} | {column.description} |" for column in COLUMNS
    ]
    path.write_text("\n".join(["| column | unit | meaning |", "| --- | --- | --- |", *rows]) + "\n")


def copy_notebooks(folder: Path) -> None:
    """Copy the notebooks, their links to pages and files changed to the new place."""
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        text = notebook.read_text(encoding="utf-8").replace("](../docs/", "](../../")
        (folder / notebook.name).write_text(text, encoding="utf-8")


GENERATED = DOCS / "_generated"
shutil.rmtree(GENERATED, ignore_errors=True)
(GENERATED / "api").mkdir(parents=True)
(GENERATED / "notebooks").mkdir()
write_api(GENERATED / "api")
write_commands(GENERATED / "commands.md")
write_columns(GENERATED / "event_columns.md")
copy_notebooks(GENERATED / "notebooks")
