"""The studio's work as asyncio services without Qt: submitting safely, following, fetching, and what windows ask."""
