"""The bundle: a zip file that carries tasks with everything that belongs to them from one library into another.

- `manifest.json`: format, version, counts, projects, the size and SHA-256 of every other member, and the clips whose files
  could not be read.
- `versions.jsonl`, `tasks.jsonl`: a version or task on each line. Numbers are those of the library that made the bundle, and
  connect lines of this bundle only.
- `clips/…`, `posters/…`: the files, stored as they are.

There is no key in it, no callback secret and no result link; addresses of media lose their query.
"""

import re

FORMAT = "sora-studio-bundle"
VERSION = 1
MANIFEST, VERSIONS, TASKS = "manifest.json", "versions.jsonl", "tasks.jsonl"
CLIPS, POSTERS = "clips", "posters"
MEMBER = re.compile(r"(?:clips|posters)/[^/\\:\x00-\x1f]{1,240}")
"""Names of members with files: one folder, and a plain name in it."""
MOST_MANIFEST_BYTES = 64 << 20
MOST_LINES_BYTES = 2 << 30
MOST_LINE_BYTES = 8 << 20
"""Far more than a task or a version has."""
