"""The commands of docs/deploying.md, as they stand there, in an empty machine."""
