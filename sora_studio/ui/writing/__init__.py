"""The side panel's pages for writing: versions and their differences."""
