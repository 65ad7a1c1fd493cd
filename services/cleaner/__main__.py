"""`python -m services.cleaner`: run the cleaner alone."""

from shared.bus.run import main

from services.cleaner.stage import CLEANER

main(CLEANER)
