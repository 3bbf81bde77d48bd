"""Instance files: the typed instance, reading with line numbers, the JSON Schema."""
