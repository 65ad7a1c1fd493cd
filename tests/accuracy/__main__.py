"""`python -m tests.accuracy`: write docs/accuracy.md anew."""

from tests.accuracy.report import main

main()
