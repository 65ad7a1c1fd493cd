"""Looking at portals: `probe_portal` visits one, `draft`, `entry_of` and `written` turn what it found into entries."""

from services.crawler.probe.entry import draft, entry_of, written
from services.crawler.probe.visit import Probed, ProbedSource, probe_portal

__all__ = ["Probed", "ProbedSource", "draft", "entry_of", "probe_portal", "written"]
