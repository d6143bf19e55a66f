"""The composer's films, sounds and LoRAs: their wells, what is played of them, and their dialogs."""
