"""Employees: list, record, workbook in and out, leavers."""
