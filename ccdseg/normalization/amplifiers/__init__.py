"""Sections of a frame that different amplifiers read: found or told, and levelled."""

from ccdseg.normalization.amplifiers.choosing import Amplifiers, check_amplifiers, choose_sections
from ccdseg.normalization.amplifiers.levelling import level
from ccdseg.normalization.amplifiers.section import Section, Sections, parse_sections
from ccdseg.normalization.amplifiers.section_search import find_sections
from ccdseg.normalization.amplifiers.statistics import measured

__all__ = [
    "Amplifiers",
    "Section",
    "Sections",
    "check_amplifiers",
    "choose_sections",
    "find_sections",
    "level",
    "measured",
    "parse_sections",
]
