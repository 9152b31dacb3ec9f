"""What a validate rule checks: deny conditions, patterns, and foreach over lists (spec 03 §5.5, §5.7)."""
