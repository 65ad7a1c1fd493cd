"""The sample portals: fictional sites with invented figures in the markup of the systems that real portals run on.

`data` reads deploy/portals/sample, `pages` renders every address of it, `server` serves them on loopback.

    async with sample_portals() as base_url: ...          # in `solieu run` and in tests
    python -m services.console.sample --port 8080         # alone, as the compose test does

Invariant: nothing here reads a clock or the network; the same files give the same bytes.
"""
