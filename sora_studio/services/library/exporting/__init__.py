"""Exports of any selection of tasks: tables, a contact sheet, bundles and evidence.

Owns what an exported file contains and how it comes into being: it grows beside its final name, is complete on the disk before
it gets that name, and never replaces a file. No key and no signed link leaves the database: addresses lose their query.
"""
