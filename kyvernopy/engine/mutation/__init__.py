"""What a mutate rule changes: patches of a resource, of each element of lists, and of resources that exist (spec 04)."""
