"""Inputs and forms built from the declared settings."""
