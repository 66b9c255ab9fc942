"""Damaged files end in a clear line or in whole results; ``benchmarks.fuzz`` tries more of them."""

from benchmarks.fuzz import fuzz


def test_damaged_files_end_in_a_line_or_in_whole_results():
    counts = fuzz(120, seed=5)
    assert counts.total() == 120
    assert counts["results"] >= 10
    assert counts["refused"] >= 60
    assert not counts["tracebacks"]
    assert not counts["hangs"]
    assert not counts["half-written"]
