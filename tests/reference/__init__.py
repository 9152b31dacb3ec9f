"""The definition of the language, executable; README.md says what lies where."""
