"""Tests of model endpoints."""
