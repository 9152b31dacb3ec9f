"""Tests of reports; a package, so that its files can share `samples`."""
