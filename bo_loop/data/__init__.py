"""Tables: observations and pairs, the embedded constants, pools, curation."""
