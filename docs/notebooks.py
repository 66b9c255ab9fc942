"""Execute the notebooks and store their outputs: python -m docs.notebooks [NAME ...]."""  # noqa: INP001

import base64
import io
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

FOLDER = Path(__file__).parents[1] / "notebooks"

_WIDTH = 720
"""Greatest width of a stored picture (px)."""

_COLOURS = 64


def main(names: list[str]) -> None:
    """Execute notebooks, all by default, in place."""
    for path in [FOLDER / f"{name}.ipynb" for name in names] or sorted(FOLDER.glob("*.ipynb")):
        start = time.perf_counter()
        notebook = execute(nbformat.read(path, as_version=4))
        nbformat.write(notebook, path)
        size = path.stat().st_size / 1000
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {size:.0f} kB")  # noqa: T201


def execute(notebook: NotebookNode) -> NotebookNode:
    """Run all cells of a notebook; pictures become small, progress bars are left out."""
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}  # no version, which changes by machine
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = small(data["image/png"])
                data.pop("text/plain")  # <Figure size 1100x420 with 2 Axes>
    return notebook


def small(png: str) -> str:
    """Picture of few colours, no wider than a page; PNG in base64."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    if picture.width > _WIDTH:
        height = round(picture.height * _WIDTH / picture.width)
        picture = picture.resize((_WIDTH, height), Image.Resampling.LANCZOS)
    few = picture.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    target = io.BytesIO()
    few.save(target, format="PNG", optimize=True)
    return base64.b64encode(target.getvalue()).decode()


if __name__ == "__main__":
    main(sys.argv[1:])
