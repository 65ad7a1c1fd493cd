"""A stage in a process of its own, as a service runs: `python -m tests.faults.child TOPIC [DOCUMENT_S_MAX]`."""

import sys

from shared.bus.run import main
from tests.faults.cores import stage

if __name__ == "__main__":
    main(stage(sys.argv[1], document_s_max=float(sys.argv[2]) if len(sys.argv) > 2 else 10.0, records_max=50))
