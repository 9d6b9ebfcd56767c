"""The acts of the core as the door hands them out: each in a span named after its verb.

One place, because an act that calls another of this room is one act to whoever looks at a trace, and because a decorator on each of the
functions would have to be remembered by each new one; here the test of the door remembers it.
"""

from saveit.kernel.observe import traced
from saveit.reservations.hosting import arriving, blocks, changes, due, moving, standing, undoing, walk_ins
from saveit.reservations.taking import booking, bounds, holds

amend = traced("reservations.amend", changes.amend)
apply_restaurant = traced("reservations.apply_restaurant", blocks.apply_restaurant)
apply_rules = traced("reservations.apply_rules", blocks.apply_rules)
block = traced("reservations.block", blocks.block)
block_guest = traced("reservations.block_guest", standing.block_guest)
book = traced("reservations.book", booking.book)
cancel = traced("reservations.cancel", changes.cancel)
cancel_when_unconfirmed = traced("reservations.cancel_when_unconfirmed", due.cancel_when_unconfirmed)
change = traced("reservations.change", moving.change)
check_in = traced("reservations.check_in", arriving.check_in)
complete = traced("reservations.complete", changes.complete)
complete_when_forgotten = traced("reservations.complete_when_forgotten", due.complete_when_forgotten)
confirm = traced("reservations.confirm", changes.confirm)
expire_hold = traced("reservations.expire_hold", holds.expire_hold)
expect_late = traced("reservations.expect_late", undoing.expect_late)
extend = traced("reservations.extend", moving.extend)
hold = traced("reservations.hold", bounds.hold)
hold_once = traced("reservations.hold", bounds.hold_once)
mark_no_show = traced("reservations.mark_no_show", changes.mark_no_show)
mark_no_show_when_due = traced("reservations.mark_no_show_when_due", due.mark_no_show_when_due)
move = traced("reservations.move", moving.move)
refresh = traced("reservations.refresh", blocks.refresh)
release_hold = traced("reservations.release_hold", holds.release_hold)
remind = traced("reservations.remind", due.remind)
renew_hold = traced("reservations.renew_hold", holds.renew_hold)
seat_overbooked = traced("reservations.seat_overbooked", moving.seat_overbooked)
undo_cancellation = traced("reservations.undo_cancellation", undoing.undo_cancellation)
undo_check_in = traced("reservations.undo_check_in", undoing.undo_check_in)
undo_completion = traced("reservations.undo_completion", undoing.undo_completion)
undo_no_show = traced("reservations.undo_no_show", undoing.undo_no_show)
unblock = traced("reservations.unblock", blocks.unblock)
unblock_guest = traced("reservations.unblock_guest", standing.unblock_guest)
walk_in = traced("reservations.walk_in", walk_ins.walk_in)
