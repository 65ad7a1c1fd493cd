"""Article -> observations: a folder a dimension, then clauses, resolution, confidence."""
