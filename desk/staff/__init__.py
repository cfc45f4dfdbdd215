"""The staff desk: every page of it, and who may open which."""
