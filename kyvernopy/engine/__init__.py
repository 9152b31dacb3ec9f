"""Deciding: which rules are for a resource, what they say about it, and what follows from that."""
