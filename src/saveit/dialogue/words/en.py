"""What is said in English: the same sentences as in Spanish, with the same blanks."""

from typing import Final

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
PEOPLE: Final = ("person", "people")
TODAY: Final = "today"
TOMORROW: Final = "tomorrow"
ON: Final = "on"
AND: Final = "and"
OR: Final = "or"
EVERY_DAY: Final = "every day"
FROM_TO: Final = "{first} to {last}"
SMALL_HOURS: Final = "after midnight"
SMALL_HOURS_END: Final = 5


def at(_time: str) -> str:
    """Return "at"."""
    return "at"


SENTENCES: Final[dict[str, str | tuple[str, str]]] = {
    # Meeting and parting.
    "greet": "Hello! I look after bookings at {venue}. How can I help?",
    "greet_named": "Hello {name}, good to hear from you! How can I help?",
    "greet_many": "Hello! I look after our bookings. How can I help?",
    "hello": "Hello!",
    "thanks": "You're welcome! I'm here if you need anything else.",
    "thanks_booked": "You're welcome! See you {on} {at}.",
    "goodbye": "See you soon!",
    "all_right": "All right. I'm here if you need anything else.",
    "closed": "closed",
    # Asking.
    "ask_restaurant": "Which of our restaurants would you like?",
    "ask_date": "Which day would you like?",
    "ask_time": "What time suits you?",
    "ask_party_size": "How many of you will there be?",
    "ask_name": "What name shall I put it under?",
    "free_for_whom": "I have a table for {people}, {when}. What name shall I put it under?",
    "ask_phone": "Could I have a contact number? The restaurant asks for one with this booking.",
    "ask_phone_again": "I can't make that number out. Could you write it in full, with its prefix?",
    "free_times": "For {people}, {on}, I have a table {times}. Which suits you best?",
    "and_more": "between {first} and {last}",
    "times_button": "See times",
    "choices_button": "See options",
    # Doubts.
    "doubt.range": "How many will it be in the end, {choices}?",
    "doubt.party_size": "How many will it be in the end?",
    "doubt.date": "Which day would you like, {choices}?",
    "doubt.time": "Which time would you like, {choices}?",
    "doubt.not_one_day": "Which day exactly?",
    "doubt.no_such_date": "That date isn't in the calendar. Which day would you like?",
    "doubt.weekday_contradicts_date": "The weekday and the date don't match. Which is it, {choices}?",
    "doubt.contradiction": "The weekday and the date don't match. Which day is it?",
    "doubt.which_day": "Which of the two days, {choices}?",
    # Before it is booked.
    "summary": "A table for {people}, {when}, under the name {name}",
    "summary_place": "{venue}: a table for {people}, {when}, under the name {name}",
    "summary_area": "{area}",
    "summary_requests": "Note for the team: {requests}",
    "confirm_booking": "{summary}.{notes}Shall I book it?",
    "yes_book": "Yes, book it",
    "change_it": "Change something",
    "no_thanks": "No, thanks",
    "yes": "Yes",
    "no": "No",
    "what_to_change": "Of course. What shall I change: the day, the time, how many you are, or the name?",
    "no_hurry": "No hurry: nothing is done until you say so.",
    "dropped": "All right, I won't book anything. I'm here if you change your mind.",
    "dropped_still": "All right, I won't book anything else. Your table for {when} still stands.",
    "deposit_ahead": (
        "The restaurant asks for a deposit of {amount}: the table stays "
        "pending until it is paid, and the team will tell you how."
    ),
    "card_ahead": "The restaurant asks for a card as a guarantee; the team will tell you how to give it.",
    "phone_ahead": "The restaurant checks your phone with a code before the table is certain.",
    "identification_ahead": "Please bring an identity document.",
    "manual_ahead": "The restaurant looks at every request and answers you before the table is certain.",
    # Booked.
    "booked": "Done, {name}! Your booking is confirmed ✅\n{place}\n📅 {when}\n👥 {people}\nCode: {code}",
    "booked_pending": (
        "Thank you, {name}! I have your request: it is pending, and the table is "
        "kept for you meanwhile ⏳\n{place}\n📅 {when}\n👥 {people}\nCode: {code}"
    ),
    "pending_until": "It is kept until {time}.",
    "pending_manual": "The restaurant will answer you here.",
    "pending_deposit": "The deposit of {amount} is still to be paid; the team will write to tell you how.",
    "pending_card": "The card is still needed as a guarantee; the team will write to you.",
    "pending_phone": "Your phone is still to be checked; the team will write to you.",
    "requests_noted": "📝 {requests}",
    "free_until": "You can change or cancel it free of charge until {when}.",
    "change_booking": "Change it",
    "cancel_booking": "Cancel it",
    # Not free.
    "why.closed": "{On} we are closed.",
    "why.no_service": "We don't serve at that time; that day we are open {hours}.",
    "why.no_service_then": "We don't take tables at that time.",
    "why.horizon": "{day} can't be booked yet; bookings for that day open on {opens_on}.",
    "why.same_day": "We don't take bookings by message for the same day.",
    "why.past": "That time has already passed.",
    "why.notice": "Bookings are made at least {hours} h ahead.",
    "why.skipped_time": "That time doesn't exist on that day: the clocks change.",
    "why.not_a_slot": "Tables don't start at {time}; the nearest is {nearest}.",
    "why.after_last_seating": "The kitchen takes no new tables at that time.",
    "why.ends_after_close": "There wouldn't be time: the table is for {minutes} minutes and we close at {closes}.",
    "why.party_too_large": "For {party_size} people someone from the team looks after you better; I book up to {limit} here.",
    "why.party_too_small": "We take parties of at least {limit} here.",
    "why.area_unknown": "We have no such area.",
    "why.table_unknown": "We have no such table.",
    "why.unit_too_small": "That table seats at most {limit}.",
    "why.unit_too_large": "That table is for at least {limit}.",
    "why.full": "{At} I have no table left for {party_size}.",
    "why.pacing_parties": "{At} too many parties already arrive at once.",
    "why.pacing_covers": "{At} too many people already arrive at once.",
    "why.online_held_back": "I have no room left here; more opens on {released_on}.",
    "why.guest_blocked": "Please speak to the restaurant about this booking.",
    "why.guest_overlap": "You already have a booking that overlaps with that time.",
    "why.guest_limit": "You already have {reservations} bookings, and the most is {limit}.",
    "why.guest_limit_plain": "You already have as many bookings as the restaurant allows at once.",
    "full_day": "{On} I have no table left for {people}.",
    "near_are": "The nearest I have: {times}. Would one of them suit you?",
    "near_is": "The nearest I have: {times}. Would that suit you?",
    "nothing_near": "I have nothing on the days around it either. Shall we try another day?",
    "other_time": "What other time or day would suit you?",
    "just_gone": "Oh, it has just been taken.",
    "area_full": "{Area} I have no table for that, but I do elsewhere.",
    "waitlist_button": "Waiting list",
    "waitlist_hint": "I can also put you on the waiting list.",
    "waiting": (
        "Done, {name}: you are on the waiting list, {on}, between {earliest} and {latest} (number "
        "{position}). If a table frees I'll tell you here. For now there is no booking."
    ),
    "waitlist_not_needed": "Good news! There is a table at that time.",
    "refused.waitlist_already_waiting": "You are on the waiting list for that day already. I'll tell you if something frees.",
    "refused.waitlist_full": "The waiting list for that day is full as well.",
    "refused.waitlist_no_such_start": "Waiting wouldn't help at that time: there is no service for such a party.",
    "refused.waitlist_entry_over": "That table is no longer kept.",
    "refused.waitlist_nothing_offered": "No table has freed yet.",
    "refused.waitlist_entry_not_found": "I can't find that place on the waiting list.",
    "left_waitlist": "Done, I've taken you off the waiting list.",
    # Bookings there are.
    "one_booking": "You have this booking:",
    "bookings": "You have these bookings:",
    "booking_line": "• {when}, {people}, under the name {name}{place} (code {code}){pending}",
    "pending_mark": ", pending",
    "at_place": " at {venue}",
    "no_bookings": "I see no bookings of yours from this chat.",
    "no_bookings_hint": "If you booked another way, tell me the booking's code, or the phone or email you booked with.",
    "which_booking": "Which of them?",
    "none_like_that": "I see no booking like that. These are the ones you have:",
    "ask_cancel": "Shall I cancel your table for {people} on {when}?",
    "cancel_fee": "Cancelling this late, the restaurant charges {amount}.",
    "cancel_free": "There is no charge.",
    "yes_cancel": "Yes, cancel it",
    "keep_it": "No, keep it",
    "cancelled": "Done, I've cancelled your table for {when}. Hope to see you another day!",
    "cancelled_fee": "The cancellation charge is {amount}.",
    "kept": "Perfect, your table for {when} still stands.",
    "ask_change": "Your table is for {people}, {when}. What shall I change: the day, the time or how many you are?",
    "confirm_change": "I'd move it to {when}, {people}. Shall I change it?",
    "yes_change": "Yes, change it",
    "changed": "Done ✅ Your table is now for {people}, {when}. The code is still {code}.",
    "change_nothing": "That's how it is already: {people}, {when}.",
    "change_full": "Your table for {when} stays as it was.",
    "noted": "Noted on your booking for {when}: {requests}.",
    "renamed": "Done: the table is under the name {name}.",
    "late_noted": (
        "Thanks for telling us! The door knows. The table is kept for {minutes} "
        "minutes from {time}; if it may be longer, tell me and we'll see."
    ),
    "late_note": "Says they will be late: {text}",
    "late_no_booking": "Thanks for telling us, but I see no booking of yours for today.",
    "refused.illegal_status": "That booking can no longer be changed here.",
    "refused.revision_conflict": "Your booking has just changed. This is how it is now:",
    "refused.reservation_not_found": "I can't find that booking.",
    "refused.guest_blocked": "Please speak to the restaurant about this booking.",
    "refused.guest_overlap": "You already have a booking that overlaps with that time.",
    "refused.guest_limit": "You already have as many bookings as the restaurant allows at once.",
    "refused.other": "I couldn't do it.",
    # Other addresses.
    "code_sent": "If I know that contact, I've just sent a code to it. Write it here and you'll see your bookings.",
    "code_message": (
        "Your code is {code}. Someone, you I hope, wants to see your bookings "
        "from another channel. If it wasn't you, don't share it."
    ),
    "linked": "Perfect, now I know who you are.",
    "wrong_code": "That code isn't right, or its time is over.",
    "too_many_codes": "That was too many tries. I'm passing you to someone from the team.",
    # Questions about the house.
    "info.hours": "Our hours at {venue}:\n{week}",
    "info.hours_on": "{On} we are open {hours}.",
    "info.closed_on": "{On} we are closed.",
    "info.closed_soon": "Mind you, we are closed {days}.",
    "info.address": "We are at {address}.",
    "info.phone": "Our phone number is {phone}.",
    "info.menu": "Here is the menu: {url}",
    "info.cancellation": "You can cancel free of charge up to {hours} h before.",
    "info.cancellation_any": "You can cancel free of charge at any time.",
    "info.cancellation_fee": "Later than that, or if nobody comes, the charge is {amount}.",
    "info.no_show_free": "If you cannot come after all there is no charge; let me know and somebody else has the table.",
    "info.late": "We keep the table for {minutes} minutes. If you are running late, let me know.",
    "info.deposit": "Yes, there is a deposit of {amount} per booking.",
    "info.deposit_each": "Yes, there is a deposit of {amount} per person.",
    "info.no_deposit": "No, there is no deposit.",
    "info.groups": "I book up to {limit} people here; for more someone from the team looks after you.",
    "info.areas": "We have {areas}.",
    "info.allergies": "Tell me about any allergies and I'll note them on the booking for the kitchen.",
    "one_by_one_cancel": "Let's take them one at a time: tell me which one to cancel, then we change the other.",
    "one_by_one": "Let's take them one at a time: this one first, then tell me the other.",
    "info.unknown": "I don't know that for certain. Shall I ask someone from the team?",
    "info.unknown_phone": (
        "I don't know that for certain. You can call {phone}, or "
        "I can ask someone from the team. Which would you prefer?"
    ),
    "carry_on": "Back to your booking.",
    # When words fail.
    "not_understood": "Sorry, I didn't quite get that.",
    "not_understood_help": "I can book a table, change or cancel a booking, or tell you our hours and address. What do you need?",
    "out_of_scope": "I don't know much about that: bookings are my thing. Shall I find you a table?",
    "handed_over": "I'm letting someone from the team know. They'll answer you here as soon as they can.",
    "handed_over_phone": (
        "I'm letting someone from the team know; they'll answer you "
        "here as soon as they can. If it's urgent, call {phone}."
    ),
    "handed_over_lost": "I don't want to waste your time: I'm letting someone from the team know, and they'll answer you here.",
    "complaint": "I'm very sorry about that. I'm passing it on right now to someone from the team, who will answer you here.",
    "am_assistant": (
        "I'm the restaurant's assistant: I book, change and cancel tables right away. "
        "If you'd rather talk to a person, just say so."
    ),
    "one_after_the_other": "You have {n} bookings; let's take them one at a time.",
    "human_button": "Talk to someone",
    "book_button": "Book a table",
    "mine_button": "My bookings",
    "hours_button": "Hours and address",
    "opted_out": "Understood: I won't write to you here any more. Your bookings stand. To talk to me again, write START.",
    "opted_in": "Done: you'll get notices about your bookings again.",
    "languages": (
        "I can help you in English or in Spanish. · Atiendo en inglés y en español. Which day, "
        "what time and how many people? · ¿Para qué día, a qué hora y cuántas personas?"
    ),
    "unread.audio": 'I can\'t listen to audio here 🙈 Could you write it? For example: "table for 4 tomorrow at 8:30 pm".',
    "unread.image": "I can't see pictures here. Could you tell me in writing?",
    "unread.video": "I can't watch videos here. Could you tell me in writing?",
    "unread.document": "I can't open files here. Could you tell me in writing?",
    "unread.sticker": "😊",
    "unread.place": "Thanks for the location! We are at {address}.",
    "unread.place_plain": "Thanks for the location. How can I help?",
    "unread.contact": "Thanks, but I don't keep other people's contacts. How can I help?",
    "unread.silence": "Sorry, I didn't hear you.",
    "silent": "I can't hear you. Please call again whenever you like. Goodbye!",
    "unread.other": "I can't read that here. Could you write it?",
}
AREAS: Final = {
    "terrace": "on the terrace",
    "indoors": "in the dining room",
    "bar": "at the bar",
    "window": "by the window",
    "private": "in the private room",
}
