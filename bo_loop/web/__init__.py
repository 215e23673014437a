"""A page in the browser, and the same as JSON, on top of `bo_loop.Campaign`."""
