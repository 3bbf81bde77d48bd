"""Quality benchmark: its runs, their protocol, and figures from their traces."""
