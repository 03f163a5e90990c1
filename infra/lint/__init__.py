"""What can be said of the templates without a compiler and without a cloud: `python -m infra.lint`, a part of `make check`.

Each file is read by two parsers. Then its names are resolved as the compiler would, and it is held against the code: what is
set, made and scaled must be what the code reads, uses and offers.
"""
