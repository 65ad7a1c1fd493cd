from services.writer.stage import WRITER
from shared.bus.run import main

main(WRITER)
