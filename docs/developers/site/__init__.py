"""Documentation site: pages from the Markdown of the repository and from the code, built without a network."""
