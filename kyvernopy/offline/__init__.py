"""What runs without a cluster are told beside policies and resources: files of values, users and cluster context."""
