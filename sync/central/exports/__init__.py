"""Responses on their way out: which, in which form, and what each column means.

given.py reads them a few at a time, columns.py and happyornot.py say what stands in a table,
export.py puts it together for the command and the page.
"""
