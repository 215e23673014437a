"""Which features a prediction rests on."""
