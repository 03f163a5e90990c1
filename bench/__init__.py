"""What is computed from measurements: run by hand, held by tests, not deployed."""
