"""Entry point of ``python -m kardashev``, the same as the command ``kardashev``."""

from kardashev import main

if __name__ == "__main__":
    main()
