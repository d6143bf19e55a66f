"""The help window, which shows and searches the pages of `resources/help`."""
