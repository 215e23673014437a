"""From instruments to numbers: curves of titrations to constants, spectra to features."""
