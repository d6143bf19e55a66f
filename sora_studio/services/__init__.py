"""Asyncio services without Qt: submitting, polling and downloading tasks, and the state that windows show."""
