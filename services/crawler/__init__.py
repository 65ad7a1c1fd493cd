"""What to fetch and when: portals, schedule, politeness, feeds, listings, fetch, frontier."""
