"""Entry point of ``python -m solver``, the same as the command ``kardashev``."""

if __name__ == "__main__":
    from solver.io.stop_signals import handle_stop_signals, ignore_stop_signals

    handle_stop_signals()
    from solver.cli.app import main

    try:
        main()
    finally:
        ignore_stop_signals()
