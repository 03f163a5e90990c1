"""Both calendars side by side in a browser. It uses the two systems as people do, and does not know the service between them."""
