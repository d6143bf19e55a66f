"""Pure values and rules of the studio: standard library only, no input or output, no clock of its own, no Qt."""
