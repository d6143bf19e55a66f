"""The checkup of everything that the program depends on."""
