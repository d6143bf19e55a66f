"""Details of what is selected in the library."""
