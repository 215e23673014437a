"""The lab's results: read, checked, doubted."""
