"""Tests of the topology: closed forms, published figures, brute force."""
