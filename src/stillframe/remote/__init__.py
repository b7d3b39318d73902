"""A running show, reached from another process of the same user.

Role: `address` says where, `server` answers in the show, `client` asks from the commands.
Counterpart: `contracts.remote` has the messages.
"""
