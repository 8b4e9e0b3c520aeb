"""Tests of what people leave behind."""
