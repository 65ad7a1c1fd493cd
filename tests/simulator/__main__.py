"""Command line of the simulator: prints the report, exit 1 if anything happened that may not."""

from __future__ import annotations

import argparse
import resource
import sys
import time

from tests.simulator.simulate import simulate


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--sources", type=int, default=300)
    options = parser.parse_args()
    began = time.monotonic()
    report = simulate(options.seed, options.days, options.sources)
    out = [f"seed {options.seed}, {options.days:g} days, {options.sources} sources", *report.lines]
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    out += [f"took {time.monotonic() - began:.0f} s, peak memory {peak_mib:.0f} MiB"]
    out += [f"violation: {line}" for line in report.violations[:20]]
    out += [f"{len(report.violations)} violations"]
    sys.stdout.write("\n".join(out) + "\n")
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
