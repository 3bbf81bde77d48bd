"""Break-evens: where a lever turns the answer to a question, proven."""
