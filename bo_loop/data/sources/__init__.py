"""Where literature comes from, a reader for each."""
