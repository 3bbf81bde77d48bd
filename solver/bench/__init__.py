"""The quality benchmark: which cases, how they are run, and what their traces come to."""
