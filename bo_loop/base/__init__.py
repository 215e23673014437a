"""What every layer uses: errors, types passed between layers, public names, config, files."""
