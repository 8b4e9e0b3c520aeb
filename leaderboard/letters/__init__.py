"""Letters: mail to one person about their account, with a link that proves the address."""
