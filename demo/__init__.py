"""The example workspace at work, for newcomers."""
