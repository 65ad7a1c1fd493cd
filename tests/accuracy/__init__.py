"""How well the extractor reads: gold articles, the scoring rules of docs/observation.md, a baseline, floors and the
report."""
