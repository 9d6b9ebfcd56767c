"""Questions about the house, answered from what is written of it; what is not written is not made up."""

import re
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from saveit.dialogue.model import State, Venue
from saveit.dialogue.policy.turn import Turn, lines
from saveit.dialogue.words import capital

Subject: TypeAlias = Literal[
    "hours",
    "address",
    "phone",
    "menu",
    "cancellation",
    "late",
    "deposit",
    "groups",
    "areas",
    "allergies",
    "other",
]
_NOBODY_COMES: Final = (
    r"no[- ]?shows?\b|\bsi (?:al final )?no (?:voy|vamos|llego|llegamos|aparezco|aparecemos|asisto|asistimos|podemos ir|puedo ir|vengo)"
    r"|(?:don'?t|do not|can'?t|cannot) (?:show|turn|come|make it)"
)
_SUBJECTS: Final[tuple[tuple[Subject, str], ...]] = (
    (
        "deposit",
        r"dep[oó]sito|deposit|se[ñn]a\b|anticipo|prepag|adelanto|cobran? por reserv|pay (?:in advance|upfront)",
    ),
    (
        "cancellation",
        (
            r"(?:pol[ií]tica|policy|condiciones|cargo|cobr\w+|costo|cu[aá]nto|fee|charge|hasta cu[aá]ndo|puedo|c[oó]mo|how).*cancel"
            r"|cancel\w*.*(?:pol[ií]tica|policy|costo|gratis|free|fee|charge|cobr|antes)|cancellation"
            rf"|{_NOBODY_COMES}|multa|penali[sz]"
        ),
    ),
    (
        "late",
        (
            r"cu[aá]nto (?:tiempo )?(?:guardan|esperan)|how long (?:do|will) you (?:hold|keep)|tolerancia|grace"
            r"|(?:lose|keep|hold) (?:the|my|our) table|(?:pierdo|perdemos|guardan) la mesa"
        ),
    ),
    (
        "menu",
        r"\bmen[uú]\b|\bcarta\b|platos?\b|dishes|what (?:do you serve|food)|qu[eé] (?:comida|sirven)|precios?\b|prices?\b",
    ),
    ("allergies", r"al[eé]rgi|allerg|gluten|cel[ií]ac|coeliac|celiac|intoleran|lactos"),
    ("groups", r"grupos?\b|groups?\b|large part|hasta cu[aá]ntas? personas|how many people can"),
    (
        "areas",
        r"terraza|terrace|patio|al aire libre|outdoor|outside|afuera|zonas?\b|barra\b|reservado\b|sal[oó]n",
    ),
    ("phone", r"tel[eé]fono|phone|n[uú]mero para llamar|call you|llamarles|llamaros"),
    (
        "address",
        (
            r"direcci[oó]n|address|d[oó]nde (?:est|qued|os|se)|ubicaci|ubicad"
            r"|where (?:are|is)|located|location|how (?:do i|to) get|c[oó]mo lleg|mapa|queda(?:n)?\b"
        ),
    ),
    (
        "hours",
        (
            r"horario|hora(?:s)? (?:abr|cierr|de)|abr(?:en|e|ís|is|imos)|cierr|hasta qu[eé] hora|hasta cu[aá]ndo"
            r"|how late|abierto|opening|hours|open|close|what time"
        ),
    ),
)
_COMPILED: Final[tuple[tuple[Subject, re.Pattern[str]], ...]] = tuple(
    (subject, re.compile(words, re.IGNORECASE)) for subject, words in _SUBJECTS
)
_OWN_WORDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = tuple(
    (topic, re.compile(words, re.IGNORECASE))
    for topic, words in (
        ("parking", r"estacion|parking|parque(?:adero|o)|aparca|valet|car park"),
        ("pets", r"mascota|perr[oa]|gat[oa]\b|\bpets?\b|\bdogs?\b"),
        ("children", r"niñ|nin[oa]s|tronas?|sillas? (?:para|de) beb|high ?chair|kids|children"),
        ("access", r"silla de ruedas|wheelchair|accesib|rampa|ascensor|lift\b|step-free"),
        ("payment", r"tarjeta|efectivo|pagar|pago|card|cash|amex|pay\b"),
        ("vegetarian", r"vegan|vegetarian"),
        ("dress", r"vestir|vestimenta|dress|etiqueta"),
        ("wifi", r"wi-?fi"),
        ("music", r"m[uú]sica|music|dj\b|mariachi|concierto"),
        ("corkage", r"descorche|corkage|llevar (?:mi|nuestr[oa]) (?:vino|botella)|own (?:wine|bottle)"),
        ("cake", r"(?:llevar|bring).{0,20}(?:torta|tarta|pastel|cake)"),
        ("delivery", r"domicilio|para llevar|delivery|takeaway|take ?out"),
        ("events", r"evento|celebraci|private|boda|wedding"),
        ("smoking", r"fumar|smok"),
        ("terrace", r"terraza|terrace|patio"),
    )
)
_SOON: Final = timedelta(days=14)


def answered(turn: Turn, state: State, venue: Venue) -> str | None:
    """Return the answer to a question about the house, or None where nothing is written of it."""
    own = _in_own_words(turn, venue)
    if own is not None:
        return own
    said: list[str] = []
    for subject, words in _COMPILED:
        if words.search(turn.text):
            text = _told(turn, state, venue, subject)
            if text is not None:
                said.append(text)
    return lines(*said) or None


def hours_and_address(turn: Turn, venue: Venue) -> str:
    """Return what most who ask want to know."""
    return lines(_hours(turn, venue), _address(turn, venue))


def _in_own_words(turn: Turn, venue: Venue) -> str | None:
    """Return what the restaurant itself says of the topic."""
    answers = venue.manners.answers
    for topic, words in _OWN_WORDS:
        if words.search(turn.text):
            found = answers.get(f"{topic}.{turn.voice.language}") or answers.get(topic)
            if found:
                return found
    return None


def _told(turn: Turn, _state: State, venue: Venue, subject: Subject) -> str | None:
    voice, rules = turn.voice, venue.rules
    match subject:
        case "hours":
            return _hours(turn, venue)
        case "address":
            return _address(turn, venue)
        case "phone":
            return voice.say("info.phone", phone=venue.phone) if venue.phone else None
        case "menu":
            return voice.say("info.menu", url=venue.manners.menu_url) if venue.manners.menu_url else None
        case "cancellation":
            return _cancellation(turn, venue)
        case "late":
            return voice.say("info.late", minutes=rules.check_in.no_show_after_minutes)
        case "deposit":
            asked = rules.requirements
            if not asked.requires_deposit:
                return voice.say("info.no_deposit")
            sentence = "info.deposit_each" if asked.deposit_per_guest else "info.deposit"
            return voice.say(sentence, amount=voice.money(asked.deposit_amount_minor, venue.currency))
        case "groups":
            return voice.say("info.groups", limit=rules.party.size_max)
        case "areas":
            return (
                voice.say("info.areas", areas=voice.together([name for _, name in venue.areas]))
                if venue.areas
                else None
            )
        case "allergies":
            return voice.say("info.allergies")
        case "other":
            return None


def _hours(turn: Turn, venue: Venue) -> str:
    voice, rules = turn.voice, venue.rules
    on = turn.meant.slots.date
    if on is None and re.search(r"\bhoy\b|today|tonight|esta noche|ahora|now\b", turn.text, re.IGNORECASE):
        on = turn.today(venue)
    if on is not None:
        hours = voice.hours(rules, on)
        day = capital(voice.on(on))
        return (
            voice.say("info.hours_on", On=day, hours=hours) if hours else voice.say("info.closed_on", On=day)
        )
    today = turn.today(venue)
    closed = [
        each.date
        for each in rules.special_dates
        if each.type == "closed" and today <= each.date <= today + _SOON
    ]
    soon = (
        voice.say("info.closed_soon", days=voice.together([voice.on(day) for day in closed]))
        if closed
        else ""
    )
    return "\n".join(filter(None, (voice.say("info.hours", venue=venue.name, week=voice.week(rules)), soon)))


def _address(turn: Turn, venue: Venue) -> str | None:
    return turn.voice.say("info.address", address=venue.address) if venue.address else None


def _cancellation(turn: Turn, venue: Venue) -> str:
    voice, policy = turn.voice, venue.rules.cancellation_policy
    if not policy.no_show_penalty or not policy.penalty_amount_minor:
        any_time = voice.say("info.cancellation_any")
        nobody_comes = re.search(_NOBODY_COMES, turn.text, re.IGNORECASE) is not None
        return " ".join((any_time, voice.say("info.no_show_free"))) if nobody_comes else any_time
    return " ".join(
        (
            voice.say("info.cancellation", hours=f"{policy.free_cancellation_hours:g}"),
            voice.say(
                "info.cancellation_fee", amount=voice.money(policy.penalty_amount_minor, venue.currency)
            ),
        )
    )
