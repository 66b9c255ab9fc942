"""Sections of a frame that different amplifiers read: found or told, and levelled."""

from ccdseg.amplifiers.choosing import Amplifiers, check_amplifiers, choose_sections
from ccdseg.amplifiers.finding import find_sections
from ccdseg.amplifiers.levelling import level
from ccdseg.amplifiers.section import Section, Sections, parse_sections

__all__ = [
    "Amplifiers",
    "Section",
    "Sections",
    "check_amplifiers",
    "choose_sections",
    "find_sections",
    "level",
    "parse_sections",
]
