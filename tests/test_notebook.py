"""The notebook runs from top to bottom, and its committed pictures are there."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "quickstart.ipynb"


@pytest.fixture(scope="module")
def committed():
    return nbformat.read(NOTEBOOK, as_version=4)


def pictures(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output for output in outputs if "image/png" in output.get("data", {})]


def test_the_notebook_is_committed_with_its_pictures(committed):
    assert len(pictures(committed)) >= 6
    assert not [
        cell for cell in committed.cells if cell.get("outputs") == [] and "plotting." in cell.source
    ]


def test_the_notebook_runs_and_shows_as_many_pictures(committed):
    from nbclient import NotebookClient

    n_pictures = len(pictures(committed))
    hurried = nbformat.from_dict(committed)
    (training,) = [cell for cell in hurried.cells if "epochs=16" in cell.source]
    training.source = training.source.replace("epochs=16", "epochs=2")
    client = NotebookClient(
        hurried,
        timeout=240,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    )
    executed = client.execute()
    assert len(pictures(executed)) == n_pictures
