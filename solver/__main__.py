"""Entry point of ``python -m solver``, the same as the command ``kardashev``."""

from solver.cli.app import main

if __name__ == "__main__":
    main()
