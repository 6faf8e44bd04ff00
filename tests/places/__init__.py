"""Places and services on the site."""
