"""Balance, measured prices and the day's spending limits."""
