"""`python -m services.extractor`: run the extractor alone."""

from services.extractor.stage import EXTRACTOR
from shared.bus.run import main

main(EXTRACTOR)
