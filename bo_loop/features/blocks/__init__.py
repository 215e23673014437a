"""Named blocks of features, a file each."""
