"""A month of portals in virtual time: the crawler's own loop against simulated sources with the faults of real ones.

    python -m tests.simulator --seed 7 --days 30 --sources 300

Everything but the network, the archive's files and the database is the product's code: the loop, leases, turns, pace,
schedule, frontier, feeds. Those three are proved on real servers in tests/integration/crawler and tests/faults.
"""
