"""The README and the pages: code that runs, links that lead somewhere, names that exist."""

import pydoc
import re
from pathlib import Path

import matplotlib as mpl
import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("[!_]*.md")),
    ROOT / "docs" / "physics" / "report.md",
]
TABLE = (ROOT / "README.md").read_text(encoding="utf-8").split("| original | here |")[1]


def blocks(path, language):
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/first_results.md"])
def test_the_code_for_a_start_runs(page, tmp_path, monkeypatch):
    mpl.use("agg")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    (block,) = blocks(ROOT / page, "python")
    names = {}
    exec(compile(block, page, "exec"), names)  # noqa: S102 - our own page
    assert len(names["result"].events) > 100
    assert {"sample_frame_mask.fits", "sample_frame_events.ecsv"} <= {
        path.name for path in tmp_path.glob("*/*")
    }


def test_links_lead_to_files_of_the_repository():
    links = [
        (page, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target
    ]
    assert len(links) > 30
    assert not [(page, target) for page, target in links if not (page.parent / target).exists()]


def test_the_names_that_replace_those_of_the_original_exist():
    rows = [row for row in TABLE.splitlines() if row.startswith("| `")]
    here = " ".join(row.rsplit("|", 2)[1] for row in rows)
    names = set(re.findall(r"(?<![\w.])[a-z_]+(?:\.\w+)+(?=[`(])", here)) - {
        "load_model.py",
        "train.py",
    }
    assert len(names) > 20
    for name in names:
        assert pydoc.locate(f"ccdseg.{name}") is not None, name


def test_every_page_is_in_the_contents():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").splitlines()
    pages = {path.stem for path in (ROOT / "docs").glob("[!_]*.md")} - {"index"}
    assert pages <= set(index)
