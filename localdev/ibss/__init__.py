"""An IBSS that stands on one machine: a server with the rules of the contract (`openapi.yaml`), not a recording."""
