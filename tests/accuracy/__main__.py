"""`python -m tests.accuracy`: write docs/accuracy.md and docs/accuracy-cleaner.md anew."""

from tests.accuracy import cleaner_report, report

report.main()
cleaner_report.main()
