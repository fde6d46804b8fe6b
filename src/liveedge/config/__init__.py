"""What a person configures: TOML read into strict models, credentials that never leak."""
