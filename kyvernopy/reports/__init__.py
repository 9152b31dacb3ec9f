"""From results to what people and other tools read: a `Report`, documents of two report APIs, text and tables.

Everything here is pure: the time stamp of a document comes from the caller, colour is a function that the caller hands
in, and nothing is printed.
"""

from __future__ import annotations

from kyvernopy.reports.report import Report

__all__ = ["Report"]
