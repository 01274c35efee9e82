"""Backups: one sealed file with database, uploaded files and a manifest (trust.md 6.2).

`creating` makes one while the house goes on writing, `verifying` proves that it restores by doing
so aside, `restoring` puts it in the place of what is there. What differs between the databases
stands in `sqlite_copy` and `postgresql_copy`.
"""
