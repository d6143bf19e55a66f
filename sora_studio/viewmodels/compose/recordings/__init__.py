"""What the composer knows and says about the films and sounds of a request."""
