"""``python -m solver`` is the command ``kardashev``."""

from solver.cli.app import main

if __name__ == "__main__":
    main()
