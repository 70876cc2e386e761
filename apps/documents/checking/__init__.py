"""Checks of the records: the log of approvals, rights against open tasks, people who have left.

`findings` look and answer what they found as data; `runs` carries them out and keeps the result.
"""
