"""Facts about Kubernetes: kinds, scopes, quantities, wildcards, label selectors, the shapes of pod controllers."""
