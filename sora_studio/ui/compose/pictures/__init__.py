"""The composer's picture controls: wells, strip, crop view and picture dialog."""
