"""What deploys the service: the templates, the lint that holds them to the code, and the package."""
