"""Which refusals each operation may answer with, by their codes. What follows from an operation's shape is worked out, the rest is listed.

The tests of the skin hold every problem that they ever meet against this list.
"""

from saveit.web.problems import PROBLEMS

_ALWAYS = ("headers_too_large", "internal_error")
_OF_CALLERS = ("unauthenticated", "rate_limited", "request_invalid")
_OF_THE_DATABASE = ("busy", "database_unreachable", "unavailable")
_OF_THE_KNOWN = ("forbidden", "tenant_required")
_OF_BODIES = ("json_malformed", "body_too_large", "unsupported_media_type", "request_timeout")

_TAKING = ("restaurant_not_found", "slot_unavailable", "table_taken", "booking_rules_broken")
_GUESTS = ("contact_refused", "guest_blocked", "guest_overlap", "guest_limit")
_STANDING = ("reservation_not_found", "illegal_status")
_HOUSE = ("restaurant_not_found", "venue_invalid")
_PASS = (
    "restaurant_not_found",
    "reservation_not_found",
    "qr_malformed",
    "qr_forged",
    "qr_other_restaurant",
    "qr_revoked",
    "qr_unconfirmed",
    "qr_used",
    "qr_expired",
    "qr_too_early",
    "qr_too_late",
    "check_in_too_early",
    "no_table_yet",
    "illegal_status",
)
_WAITING = ("waitlist_entry_not_found", "waitlist_entry_over")

REFUSED: dict[str, tuple[str, ...]] = {
    "list_times": ("restaurant_not_found", "not_found"),
    "check_availability": ("restaurant_not_found",),
    "refresh_availability": ("restaurant_not_found",),
    "list_reservations": ("restaurant_not_found",),
    "book_table": (*_TAKING, *_GUESTS, "hold_not_found", "hold_over", "hold_mismatch"),
    "list_reservations_of_guest": ("user_not_found",),
    "read_reservation": ("reservation_not_found",),
    "read_reservation_history": ("reservation_not_found",),
    "change_reservation": (*_STANDING, *_TAKING, *_GUESTS, "revision_conflict"),
    "cancel_reservation": (*_STANDING, "revision_conflict"),
    "confirm_reservation": _STANDING,
    "check_in_reservation": (*_STANDING, "check_in_too_early", "no_table_yet"),
    "undo_act": (
        *_STANDING,
        "revision_conflict",
        "undo_too_late",
        "guest_blocked",
        "guest_limit",
        "slot_unavailable",
        "table_taken",
        "guest_overlap",
    ),
    "expect_late_party": (*_STANDING, "revision_conflict", "late_beyond_stay"),
    "complete_reservation": _STANDING,
    "mark_no_show": _STANDING,
    "move_reservation": (*_STANDING, "revision_conflict", "table_taken", "booking_rules_broken"),
    "extend_reservation": (*_STANDING, "revision_conflict", "table_taken", "stay_impossible"),
    "hold_table": (*_TAKING, "too_many_holds"),
    "renew_hold": ("hold_not_found", "hold_over", "hold_already_renewed"),
    "release_hold": ("hold_not_found", "hold_over"),
    "seat_walk_in": (*_TAKING, "contact_refused"),
    "block_tables": ("restaurant_not_found", "booking_rules_broken", "block_overlaps"),
    "lift_block": ("block_not_found",),
    "block_person": ("restaurant_not_found", "user_not_found"),
    "unblock_person": ("restaurant_not_found", "user_not_found"),
    "show_board": ("restaurant_not_found",),
    "read_session": (),
    "join_queue": (
        "restaurant_not_found",
        "contact_refused",
        "guest_blocked",
        "booking_rules_broken",
        "waitlist_already_waiting",
        "waitlist_full",
        "waitlist_no_such_start",
    ),
    "read_queue": ("restaurant_not_found",),
    "read_entry": ("waitlist_entry_not_found",),
    "accept_offer": (*_WAITING, *_TAKING, *_GUESTS, "waitlist_nothing_offered", "hold_over"),
    "leave_queue": _WAITING,
    "show_house": ("restaurant_not_found",),
    "list_public_times": ("restaurant_not_found", "reservation_not_found", "qr_expired"),
    "hold_for_guest": (*_TAKING, "too_many_holds"),
    "release_for_guest": ("restaurant_not_found", "hold_not_found", "hold_over"),
    "book_for_guest": (
        *_TAKING,
        *_GUESTS,
        "hold_not_found",
        "hold_over",
        "hold_mismatch",
        "phone_proof_over",
    ),
    "send_phone_code": (
        "restaurant_not_found",
        "hold_not_found",
        "hold_over",
        "contact_refused",
        "too_many_phone_codes",
        "phone_codes_unavailable",
    ),
    "check_phone": ("restaurant_not_found", "contact_refused", "code_wrong"),
    "wait_as_guest": (
        "restaurant_not_found",
        "contact_refused",
        "guest_blocked",
        "booking_rules_broken",
        "waitlist_already_waiting",
        "waitlist_full",
        "waitlist_no_such_start",
    ),
    "read_own_reservation": (*_STANDING, "qr_expired"),
    "change_own_reservation": (*_STANDING, *_TAKING, *_GUESTS, "qr_expired", "revision_conflict"),
    "cancel_own_reservation": (*_STANDING, "qr_expired", "revision_conflict"),
    "read_own_place": _WAITING,
    "accept_own_offer": (*_WAITING, *_TAKING, *_GUESTS, "waitlist_nothing_offered", "hold_over"),
    "leave_own_place": _WAITING,
    "generate_pass": _STANDING,
    "validate_pass": _PASS,
    "list_passes": ("restaurant_not_found",),
    "check_in_with_pass": _PASS,
    "draw_pass": (*_STANDING, "not_found", "qr_malformed", "qr_forged", "qr_expired"),
    "read_calendar": ("reservation_not_found", "qr_expired"),
    "open_restaurant": (*_HOUSE, "slug_taken"),
    "list_restaurants": (),
    "change_restaurant": (*_HOUSE, "slug_taken", "revision_conflict"),
    "read_config": ("restaurant_not_found",),
    "write_config": ("restaurant_not_found", "rules_invalid", "revision_conflict"),
    "read_rules": ("restaurant_not_found",),
    "read_areas": ("restaurant_not_found",),
    "make_area": (*_HOUSE, "area_name_taken", "floor_full"),
    "write_area": (*_HOUSE, "area_unknown", "area_name_taken", "revision_conflict"),
    "drop_area": ("restaurant_not_found", "area_unknown", "area_in_use", "revision_conflict"),
    "read_tables": ("restaurant_not_found",),
    "make_table": (*_HOUSE, "area_unknown", "table_number_taken", "floor_full"),
    "write_table": (
        *_HOUSE,
        "table_unknown",
        "area_unknown",
        "table_number_taken",
        "table_in_combination",
        "revision_conflict",
    ),
    "drop_table": (
        "restaurant_not_found",
        "table_unknown",
        "table_in_use",
        "table_in_combination",
        "revision_conflict",
    ),
    "read_combinations": ("restaurant_not_found",),
    "make_combination": (*_HOUSE, "table_unknown", "floor_full"),
    "write_combination": (*_HOUSE, "combination_unknown", "table_unknown", "revision_conflict"),
    "drop_combination": ("restaurant_not_found", "combination_unknown", "revision_conflict"),
    "open_chat": ("restaurant_not_found", "chat_not_connected", "origin_not_allowed"),
    "begin_session": ("wrong_credentials", "sign_in_tries_used_up"),
    "end_session": ("not_found",),
    "read_staff": (),
    "make_user": ("restaurant_not_found", "access_invalid", "email_taken", "role_above_yours"),
    "give_role": ("restaurant_not_found", "staff_user_unknown", "role_above_yours", "last_owner"),
    "take_role": ("restaurant_not_found", "staff_user_unknown", "role_above_yours", "last_owner"),
    "reset_password": ("staff_user_unknown",),
    "replace_password": ("access_invalid", "staff_user_unknown"),
    "drop_user": ("staff_user_unknown", "last_owner"),
    "read_keys": (),
    "make_key": ("restaurant_not_found", "access_invalid"),
    "read_key": ("api_key_unknown",),
    "drop_key": ("api_key_unknown",),
    "read_channels": (),
    "read_advisors": (),
    "make_advisor": ("advisor_invalid", "advisor_taken"),
    "read_advisor": ("advisor_unknown",),
    "write_advisor": ("advisor_unknown", "advisor_invalid", "advisor_taken", "revision_conflict"),
    "read_lines": (),
    "make_line": ("restaurant_not_found", "advisor_unknown", "line_invalid", "line_taken"),
    "read_line": ("line_unknown",),
    "write_line": ("line_unknown", "advisor_unknown", "line_invalid", "line_taken", "revision_conflict"),
    "read_rules_summary": ("restaurant_not_found",),
    "summarise_rules": ("restaurant_not_found", "rules_invalid"),
    "preview_rules": ("restaurant_not_found", "rules_invalid"),
    "test_line": ("line_unknown", "cannot_be_said", "reply_window_closed", "too_many_tests"),
    "read_line_tests": ("line_unknown",),
    "list_guests": ("restaurant_not_found",),
    "read_guest": ("restaurant_not_found", "user_not_found"),
    "write_guest": ("restaurant_not_found", "user_not_found", "revision_conflict"),
    "write_consent": ("restaurant_not_found", "user_not_found"),
    "list_conversations": ("restaurant_not_found",),
    "read_conversation": ("conversation_unknown",),
    "read_messages": ("conversation_unknown",),
    "read_media": ("media_unknown", "media_missing"),
    "read_thread": ("user_not_found",),
    "take_conversation": ("conversation_unknown", "conversation_closed"),
    "hand_conversation_back": ("conversation_unknown", "conversation_closed"),
    "close_conversation": ("conversation_unknown",),
    "note_conversation_read": ("conversation_unknown",),
    "read_usable_templates": ("conversation_unknown",),
    "reply": (
        "conversation_unknown",
        "conversation_closed",
        "reply_window_closed",
        "cannot_be_said",
        "quick_answer_unknown",
        "restaurant_not_found",
    ),
    "read_failed_messages": (),
    "read_quick_answers": ("restaurant_not_found",),
    "make_quick_answer": ("restaurant_not_found", "shortcut_taken"),
    "write_quick_answer": ("quick_answer_unknown", "shortcut_taken", "revision_conflict"),
    "drop_quick_answer": ("quick_answer_unknown",),
    "read_manners": ("user_not_found",),
    "write_manners": ("user_not_found",),
    "read_links": ("user_not_found",),
    "make_link": ("user_not_found", "already_linked"),
    "send_link_code": ("user_not_found",),
    "confirm_link_code": ("user_not_found", "code_wrong"),
    "undo_link": ("link_unknown",),
    "read_parked": (),
    "replay_parked": ("inbox_event_unknown",),
    "read_parked_content": ("inbox_event_unknown",),
    "discard_parked": ("inbox_event_unknown",),
    "read_quarantine": (),
    "read_templates": ("restaurant_not_found",),
    "write_template": (
        "restaurant_not_found",
        "notice_kind_unknown",
        "template_invalid",
        "notice_channel_unknown",
    ),
    "reset_template": ("restaurant_not_found", "notice_kind_unknown"),
    "preview_template": (
        "restaurant_not_found",
        "notice_kind_unknown",
        "template_invalid",
        "notice_channel_unknown",
    ),
    "call_party": ("reservation_not_found", "illegal_status"),
    "call_waiting_party": ("waitlist_entry_not_found", "waitlist_entry_over"),
    "read_notices": ("reservation_not_found",),
    "read_dead_letters": (),
    "replay_message": ("dead_letter_unknown", "outcome_unknown"),
    "dismiss_message": ("dead_letter_unknown",),
    "settle_message": ("dead_letter_unknown", "outcome_known"),
    "read_pauses": (),
    "read_line_words": (),
    "resume_line": ("line_unknown",),
    "add_endpoint": ("restaurant_not_found", "endpoint_invalid"),
    "read_endpoints": (),
    "rotate_secret": ("endpoint_unknown",),
    "remove_endpoint": ("endpoint_unknown",),
    "read_deliveries": ("endpoint_unknown",),
    "replay_delivery": ("delivery_unknown",),
    "read_analytics": ("restaurant_not_found",),
    "export_analytics": ("restaurant_not_found",),
    "make_tenant": ("venue_invalid",),
    "read_tenants": (),
}
"""By operation, what the rooms refuse."""


def refused_by(
    operation_id: str, *, known: bool, has_body: bool, has_place: bool, keyed: bool
) -> dict[int, tuple[str, ...]]:
    """Return the codes of everything that an operation may be refused with, by status.

    `known` operations ask who is calling, `has_place` ones have an id in their address, `keyed` ones take an Idempotency-Key.
    """
    codes = {*_ALWAYS, *_OF_CALLERS, *_OF_THE_DATABASE, *REFUSED.get(operation_id, ())}
    if known:
        codes.update(_OF_THE_KNOWN)
    if has_body:
        codes.update(_OF_BODIES)
    if has_place:
        codes.add("not_found")
    if keyed:
        codes.add("idempotency_key_reused")
    statuses = sorted({PROBLEMS[code].status for code in codes})
    return {
        status: tuple(sorted(code for code in codes if PROBLEMS[code].status == status))
        for status in statuses
    }
