"""A studio that submits and works until somebody kills it: `python -m tests.integration.victim FOLDER URL PROMPTS`."""

import asyncio
import os
import sys
from pathlib import Path

from tests.integration.stage import request, running_studio


async def main() -> None:
    folder, url, prompts = sys.argv[1:]
    async with running_studio(Path(folder), url) as studio:
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        for number in range(int(prompts)):
            await studio.submission.submit(request(f"prompt {number} of {os.getpid()}"))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
