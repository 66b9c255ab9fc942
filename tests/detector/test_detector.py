"""What is known of a detector."""

import json
import re
from dataclasses import asdict, replace

import pytest

from ccdseg.detector import DAMIC, Detector
from tests.refusal import refused


def test_damic_has_the_numbers_of_the_original_simulation():
    assert DAMIC.pedestal == 8800
    assert DAMIC.noise == pytest.approx(60 / 10**0.5)
    assert DAMIC.adu_per_kev == pytest.approx(200, rel=1e-4)
    assert DAMIC.dark_current == 0


def test_damic_has_the_silicon_of_the_literature():
    """Fano factor of arXiv:2004.11499, diffusion of the DAMIC-M simulation code."""
    assert (DAMIC.pair_energy, DAMIC.fano) == (3.749, 0.119)
    assert (DAMIC.diffusion_a, DAMIC.diffusion_b) == (216.2, 8.86e-4)
    assert DAMIC.diffusion_growth == 0.00597
    assert (DAMIC.pixel_size, DAMIC.thickness) == (15, 675)


def test_charge_may_neither_fluctuate_nor_spread():
    still = replace(DAMIC, fano=0.0, diffusion_growth=0.0, diffusion_a=0.0, diffusion_b=0.0)
    assert still.fano == still.diffusion_a == 0


@pytest.mark.parametrize("name", ["damic", "DAMIC", "Damic"])
def test_a_known_detector_is_found_by_its_name(name):
    assert Detector.load(name) is DAMIC


def test_a_detector_survives_saving(tmp_path):
    detector = replace(DAMIC, name="µ", pedestal=-40.25, n_samples=500, diffusion_b=1e-3)
    detector.save(tmp_path / "new" / "detector.json")
    assert Detector.load(tmp_path / "new" / "detector.json") == detector


@pytest.mark.parametrize("suffix", ["toml", "TOML"])
def test_a_detector_is_read_from_toml(tmp_path, suffix):
    path = tmp_path / f"detector.{suffix}"
    path.write_text('name = "CONNIE"\npedestal = 100\nread_noise = 2.0\ngain = 7.0\n')
    assert Detector.load(path) == Detector("CONNIE", 100, 2.0, gain=7.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [(name, 0) for name in ("n_samples", "gain", "pair_energy", "pixel_size", "thickness")]
    + [("read_noise", -1), ("dark_current", -1e-9), ("pixel_time", -1), ("diffusion_a", -1)]
    + [("fano", -0.1), ("diffusion_growth", -1e-9), ("fano", float("nan"))]
    + [("diffusion_b", -1e-9), ("gain", float("nan")), ("read_noise", float("nan"))],
)
def test_an_impossible_value_names_the_field(tmp_path, field, value):
    with refused(f"{field} is {value}; it must"):
        replace(DAMIC, **{field: value})
    path = tmp_path / "detector.json"
    path.write_text(json.dumps(asdict(DAMIC) | {field: value}))
    with refused(f"{field} is {value}; it must"):
        Detector.load(path)


def test_a_thickness_beyond_the_diffusion_formula_is_refused():
    with refused("diffusion_b × thickness is 1.01; .* below 1"):
        replace(DAMIC, diffusion_b=1.01 / 675)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("unknown key.json", json.dumps(asdict(DAMIC) | {"colour": "red"})),
        ("missing key.json", '{"name": "x"}'),
        ("no mapping.json", "[1, 2]"),
        ("half.json", '{"name": "x",\n"pedestal"'),
        ("empty.json", ""),
        ("half.toml", 'name = "x"\npedestal = '),
        ("json.toml", '{"name": "x"}'),
    ],
)
def test_a_file_that_is_no_detector_names_the_file_and_the_keys(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with refused(f"{re.escape(str(tmp_path / name))} is not a detector .*: name, pedestal, "):
        Detector.load(tmp_path / name)


def test_text_for_a_number_is_refused_with_the_file(tmp_path):
    path = tmp_path / "text.json"
    path.write_text(json.dumps(asdict(DAMIC) | {"gain": "high"}))
    with refused(f"{re.escape(str(path))}: Detector gain is 'high'; it must be a finite number"):
        Detector.load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "image.json").write_bytes(b"\xff\xfe\x00")
    with refused("image.json is not a detector"):
        Detector.load(tmp_path / "image.json")


@pytest.mark.parametrize("name", ["nowhere.json", "damicm", "."])
def test_a_missing_file_lists_the_names(name):
    with refused(f"No detector '{re.escape(name)}': .* names: damic"):
        Detector.load(name)


@pytest.mark.parametrize("change", [{"pedestal": float("nan")}, {"gain": float("inf")}], ids=str)
def test_a_value_that_is_not_finite_is_refused(change):
    with refused(next(iter(change))):
        replace(DAMIC, **change)
