"""Imports point down only, and what is heavy is imported where it is used."""

import ast
import importlib
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import ccdseg

FLOORS = [
    "version errors files classes detector",
    (
        "arrays simulation mask normalization augmentation tiling dataset events "
        "estimation identification evaluation postprocessing calibration"
    ),
    "fits_io images_io models",
    "segmentation training",
    "plotting",
    "workflows",
    "cli __main__",
    "ccdseg",
]
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names.split()}
ROOT = Path(ccdseg.__file__).parent
FILES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}


def part(module):
    return module.removeprefix("ccdseg.").split(".")[0]


def statements(node, *, lazy):
    for child in ast.iter_child_nodes(node):
        typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if lazy or not (typing or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
            yield child
            yield from statements(child, lazy=lazy)


def imported(module, *, lazy=True):
    names = set()
    for node in statements(ast.parse(FILES[module].read_text(encoding="utf-8")), lazy=lazy):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in FILES else node.module for name in full}
    return names


def run_at_import(module):
    """Modules of the package that importing this one runs: a submodule runs its package too."""
    names = imported(module, lazy=False) & set(FILES)
    packages = {name.rpartition(".")[0] for name in names}
    return names | {name for name in packages if not f"{module}.".startswith(f"{name}.")}


def test_every_module_has_a_floor():
    assert {part(module) for module in FILES} == set(FLOOR)


def test_imports_point_to_the_same_floor_or_down():
    upward = {
        (module, name)
        for module in FILES
        for name in imported(module) & set(FILES)
        if FLOOR[part(name)] > FLOOR[part(module)]
    }
    assert not upward


def test_there_are_no_cycles_at_import_time():
    TopologicalSorter({module: run_at_import(module) for module in FILES}).prepare()


@pytest.mark.parametrize(
    ("package", "users"),
    [
        ("tensorflow", set()),
        ("imgaug", {"augmentation"}),
        ("keras", {name for name, floor in FLOOR.items() if floor > 1}),
        ("matplotlib", {"plotting"}),
    ],
)
def test_a_heavy_package_is_imported_in_its_place_only(package, users):
    found = {
        part(module)
        for module in FILES
        if package in {name.split(".")[0] for name in imported(module)}
    }
    assert found <= users
    assert bool(found) == bool(users)


def test_package_and_command_line_start_without_heavy_packages():
    code = (
        "import sys, ccdseg; ccdseg.CLASSES; from ccdseg.cli import main; "
        "print(sorted({'keras', 'tensorflow', 'matplotlib', 'imgaug', 'cv2'} & set(sys.modules)))"
    )
    result = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_predict_starts_without_what_only_other_commands_need():
    heavy = "scipy.stats scipy.signal astropy.modeling regions ccdseg.simulation ccdseg.evaluation"
    code = (
        "import sys, ccdseg.cli.commands.predict; "
        f"print(sorted(set({heavy!r}.split()) & set(sys.modules)))"
    )
    result = subprocess.run(  # noqa: S603 - the code is above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("stub", sorted(ROOT.rglob("*.pyi")), ids=lambda path: path.parent.name)
def test_a_type_checker_sees_the_names_that_load_lazily(stub):
    package = ".".join(stub.relative_to(ROOT.parent).parent.parts)
    listed = ast.parse(stub.read_text(encoding="utf-8")).body[-1]
    names = importlib.import_module(package).__all__
    assert sorted(ast.literal_eval(listed.value)) == names


def test_public_names_are_listed_and_others_are_refused():
    assert {"CLASSES", "DAMIC", "Segmenter", "train"} <= set(dir(ccdseg))
    with pytest.raises(AttributeError, match=r"attribute .?nonsense"):
        _ = ccdseg.nonsense
