"""Files of predictions, as people and their tools write them: each reader is one file here.

The server reads what is sent with them, and the command what it sends: see `reading.read_rows`.
"""
