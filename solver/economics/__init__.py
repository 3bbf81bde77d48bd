"""Economics: unit costs, node costs, learning curves and the ledger."""
