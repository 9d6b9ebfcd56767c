"""Guests talk; this room takes their messages from the inbox, understands them, asks the core, and plans the answer.

Promises: nothing is booked, changed or cancelled that the guest did not say yes to, unless the restaurant turned that question off;
nothing is offered that the core did not say is free; a message that is delivered twice acts once; and what a turn decides (state, answer)
is written in one transaction, or dropped whole when a human took over meanwhile.

The policy and its words are pure (`policy`, `words`); `nlu` proposes meanings and never writes.
"""
