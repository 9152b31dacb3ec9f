"""Policies: decoding and autogen."""
