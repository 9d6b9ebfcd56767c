"""What other processes do, heard of soon enough for this one's pictures to be right most of the time.

Promises: a day or a restaurant that another process changed is forgotten here within half a second of its commit, while the database
answers; after any gap everything is forgotten. It keeps no row: a process that starts has no pictures to correct.

It owns no tables. It will never be what a promise rests on: the ledger refuses what a late picture gets wrong.
"""

from saveit.consumers.live.tail import Forgetful, ForgetfulOfLines, Tail

__all__ = ["Forgetful", "ForgetfulOfLines", "Tail"]
