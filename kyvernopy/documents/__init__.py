"""Text to plain data and back: YAML as Kubernetes reads it, JSON, and the places of fields in both."""
