"""`python -m services.cleaner`: run the cleaner alone."""

from services.cleaner.stage import CLEANER
from shared.bus.run import main

main(CLEANER)
