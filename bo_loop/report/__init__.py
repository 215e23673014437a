"""The campaign report: one page for chemists, to read on a screen, a phone or paper."""
