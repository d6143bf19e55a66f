"""A small server of our own: it lends pictures to a service on this machine by addresses that end."""
