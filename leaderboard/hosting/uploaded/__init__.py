"""Packages that hosts upload: a worker looks at them, hosts confirm, load or drop them."""
