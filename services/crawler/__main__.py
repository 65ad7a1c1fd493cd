"""`python -m services.crawler`: the crawler alone, on Kafka."""

from services.crawler.service import CRAWLER
from shared.bus.run import main

main(CRAWLER)
