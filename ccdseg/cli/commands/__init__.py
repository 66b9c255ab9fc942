"""Subcommands of ``ccdseg``, a module of each name: a description, its arguments, what it runs."""
