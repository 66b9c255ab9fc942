"""The notebooks run from top to bottom, and are committed with small outputs."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TINY = {
    "1_simulate": "N_IMAGES = 4",
    "2_train": "N_IMAGES, EPOCHS = 20, 1",
    "4_events": "SHAPE = (160, 320)",
    "5_xray_cosmics": "SHAPE = (256, 512)",
    "6_your_own_detector": "N_IMAGES, EPOCHS = 8, 1",
}
"""Parameters with which a notebook takes a few seconds; left out, those that it has."""

by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def pictures(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in outputs if "image/png" in output.get("data", {})]


def execute(notebook, folder):
    from nbclient import NotebookClient

    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place)
    return client.execute()


def with_parameters(notebook, text):
    """The notebook with other values for the names of its cell of parameters."""
    (place,) = (
        place
        for place, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", ())
    )
    notebook.cells.insert(place + 1, new_code_cell(text))
    return notebook


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} >= TINY.keys()


@by_name
def test_a_notebook_is_committed_with_small_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [
        output
        for output in outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert len(pictures(notebook)) >= 3
    assert path.stat().st_size <= 300_000


@by_name
def test_a_notebook_uses_public_names_alone(path):
    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not re.findall(r"(?:\w\.|import )_\w+", code)


@by_name
def test_a_notebook_runs_and_shows_as_many_pictures(path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    committed = nbformat.read(path, as_version=4)
    hurried = nbformat.from_dict(committed)
    if path.stem in TINY:
        hurried = with_parameters(hurried, TINY[path.stem])
    executed = execute(hurried, path.parent)
    assert len(pictures(executed)) == len(pictures(committed))


@pytest.mark.slow
@by_name
def test_a_notebook_runs_as_it_is(path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    committed = nbformat.read(path, as_version=4)
    n_pictures = len(pictures(committed))
    assert len(pictures(execute(committed, path.parent))) == n_pictures
