"""Go's rules that policies inherit because Kyverno is written in Go: numbers and values as text, durations."""
