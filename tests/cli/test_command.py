"""The command line as a whole: help, mistakes, models that ship."""

import json
import logging
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tqdm import tqdm

from ccdseg.classes import CLASSES
from ccdseg.cli import main
from ccdseg.cli.commands import predict, train
from ccdseg.cli.output import run_script
from ccdseg.segmentation import store as registry
from ccdseg.version import package_version
from tests.cli.test_predict import BAD_PREDICTIONS
from tests.cli.test_simulate import BAD_SIMULATIONS
from tests.command_line import script, status

ROOT = Path(__file__).resolve().parents[2]


HELPS = {
    "ccdseg": (main, ["--help"]),
    "ccdseg simulate": (main, ["simulate", "--help"]),
    "ccdseg train": (main, ["train", "--help"]),
    "ccdseg predict": (main, ["predict", "-h"]),
    "ccdseg physics": (main, ["physics", "-h"]),
    "ccdseg particles": (main, ["particles", "-h"]),
    "ccdseg models": (main, ["models", "-h"]),
    "ccdseg doctor": (main, ["doctor", "-h"]),
    "train.py": (script(train), ["--help"]),
    "load_model.py": (script(predict), ["-h"]),
}


@pytest.mark.parametrize("name", HELPS)
def test_every_help_teaches_by_example(capsys, name):
    call, arguments = HELPS[name]
    assert status(call, *arguments) == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: ")
    assert re.search(r"^  (ccdseg|python scripts/\w+\.py) ?\w*", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["train.py", "load_model.py"])
def test_a_script_is_the_command(monkeypatch, capsys, name):
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(ROOT / "scripts" / name), run_name="__main__")
    assert stop.value.code == 0
    command = {"train.py": train, "load_model.py": predict}[name]
    assert command.DESCRIPTION in capsys.readouterr().out


def test_the_package_runs_as_the_command():
    arguments = [sys.executable, "-m", "ccdseg", "--version"]
    told = subprocess.run(arguments, check=True, capture_output=True, text=True)  # noqa: S603
    assert told.stdout == f"ccdseg {package_version()}\n"


def examples(command):
    """Arguments of the examples in the help of a command."""
    lines = re.findall(r"^  python \S+(.*)$", command.DESCRIPTION, re.MULTILINE)
    return [(command, re.split(" {2,}", line)[0]) for line in lines]


@pytest.mark.parametrize(("command", "example"), [*examples(train), *examples(predict)])
def test_the_examples_of_the_help_are_understood(monkeypatch, command, example):
    parsed = []
    monkeypatch.setattr(command, "run", parsed.append)
    assert run_script(command, shlex.split(example)) == 0
    assert len(parsed) == 1


def test_the_version_is_told(capsys):
    assert status(main, "--version") == 0
    assert capsys.readouterr().out == f"ccdseg {package_version()}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_the_completion_knows_commands_and_options(capsys, shell):
    assert status(main, "--print-completion", shell) == 0
    completion = capsys.readouterr().out
    for word in ("predict", "reduce", "detector", "quiet"):
        assert word in completion


class Talkative:
    """A command that draws a bar, and logs on every level."""

    DESCRIPTION = ""

    @staticmethod
    def add_arguments(_parser):
        pass

    @staticmethod
    def run(_arguments):
        logger = logging.getLogger("ccdseg.talkative")
        logger.debug("a detail", exc_info=ZeroDivisionError("nothing"))
        logger.info("an information")
        logger.warning("a warning")
        assert list(tqdm(range(2), "Drawing")) == [0, 1]


@pytest.mark.parametrize(
    ("options", "told", "untold"),
    [
        ([], ["an information", "a warning", "Drawing"], ["a detail"]),
        (["--quiet"], ["a warning"], ["an information", "Drawing"]),
        (["-v"], ["a detail", "ZeroDivisionError", "an information", "Drawing"], []),
    ],
)
def test_how_much_is_told(capsys, options, told, untold):
    assert run_script(Talkative, options) == 0
    text = "".join(capsys.readouterr())
    assert all(line in text for line in told)
    assert not any(line in text for line in untold)


BAD_COMMANDS = [
    ("", "required: COMMAND"),
    ("paint", "invalid choice: 'paint'"),
    ("predict", "required: IMAGE"),
    ("predict single.fits --paint", "unrecognized arguments: --paint"),
    ("predict single.fits --half upper", "--half: invalid choice: 'upper'"),
    ("predict single.fits --half left --section [1:2,1:2]", "not allowed with"),
    ("train --preset fast", "--preset: invalid choice: 'fast'"),
    ("train --data a.npz --simulate 3", "not allowed with"),
    ("train --simulate 0", "--simulate: '0' is not a whole number above 0"),
    ("train --epochs 1.5", "--epochs: '1.5' is not a whole number above 0"),
    ("train --seed -1", "--seed: '-1' is not a whole number from 0"),
    ("train --labels guess", "--labels: invalid choice: 'guess'"),
    ("train --augment cubist", "--augment: invalid choice: 'cubist'"),
    ("simulate", "required: kind, -o/--output"),
    ("simulate test", "required: -o/--output"),
    ("simulate sky -o a.npz", "invalid choice: 'sky'"),
    ("simulate test -o a.npz --n 0", "--n: '0' is not a whole number above 0"),
    ("simulate test -o a.npz --shape 64", "--shape: '64' is no shape; write it like"),
    ("simulate test -o a.npz --shape 64x0", "--shape: '64x0' is no shape"),
    ("models now", "unrecognized arguments: now"),
]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("line", "message"), BAD_COMMANDS)
def test_a_bad_command_line_is_refused(refused, line, message):
    refused(message, *line.split())


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(
    "line",
    [
        "predict single.fits --model tiny --output single.fits",
        "train --output single.fits/new",
        "simulate test --n 1 --shape 16x16 -o single.fits/new.npz",
    ],
)
def test_an_output_in_the_place_of_a_folder_is_refused(refused, line):
    refused("'single.fits", *line.split())


def test_the_models_that_ship_can_be_listed(capsys):
    assert status(main, "models") == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in registry.list_models())


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("report", ["{}", None])
def test_a_model_without_scores_is_listed(monkeypatch, capsys, report):
    if report is not None:
        Path("tiny/report.json").write_text(report)
    monkeypatch.setattr(registry, "_SHIPPED", (Path(),))
    assert status(main, "models") == 0
    text = capsys.readouterr().out
    assert text.startswith("tiny\n")
    assert ", ".join(CLASSES.names) in text
    assert "accuracy" not in text


def test_the_help_of_all_commands_loads_no_array_library():
    code = (
        "import sys; from ccdseg.cli import main\n"
        "try:\n    main([sys.argv[1]])\nexcept SystemExit:\n"
        "    print('loaded:', {'numpy', 'astropy'} & set(sys.modules))"
    )
    for option in ("--help", "-h", "predictt"):
        result = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code, option], capture_output=True, text=True, check=True
        )
        assert result.stdout.endswith("loaded: set()\n")


def test_that_no_model_ships_is_told(monkeypatch, capsys):
    monkeypatch.setattr(registry, "_SHIPPED", ())
    assert status(main, "models") == 0
    assert capsys.readouterr().out == "No model ships with this installation.\n"


NO_KERAS = """
import contextlib, io, json, sys
from ccdseg.cli import main
statuses = []
for line in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        try:
            statuses.append(main(line.split()))
        except SystemExit as stop:
            statuses.append(stop.code)
heavy = {"keras", "tensorflow", "matplotlib"} & set(sys.modules)
print(json.dumps([statuses, sorted(heavy)]))
"""


@pytest.mark.usefixtures("workplace")
def test_help_and_mistakes_load_neither_keras_nor_matplotlib():
    Path("text.fits").write_text("no FITS")
    Path("old_truth.fits.fz").write_text("precious")
    helps = ["--help", "--version", "predict -h", "train -h", "simulate -h", "models -h", "models"]
    helps += ["physics -h", "particles -h", "doctor -h"]
    mistakes = [line for line, _ in BAD_COMMANDS]
    mistakes += [f"predict --model tiny {line}" for line, _ in BAD_PREDICTIONS]
    mistakes += [f"simulate {line}" for line, _ in BAD_SIMULATIONS[:6]]
    mistakes += ["predict --model tiny text.fits", "train --weights nothing"]
    mistakes += ["train --output tiny", "train --data missing.npz --output new"]
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", NO_KERAS, json.dumps([*helps, *mistakes])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    statuses, heavy = json.loads(result.stdout.splitlines()[-1])
    assert statuses == [0] * len(helps) + [2] * len(mistakes)
    assert heavy == []
