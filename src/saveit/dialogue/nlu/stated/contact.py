"""What a guest says beside day, time and number: names, phones, emails, codes, places, wishes; and numbers that are none of these."""

import re
from typing import Final, Literal, TypeAlias

from saveit.dialogue.nlu.model import Area
from saveit.dialogue.nlu.stated.spelling import is_common, is_known, plain
from saveit.dialogue.nlu.stated.times import blanked
from saveit.dialogue.nlu.stated.words import MONTHS, WEEKDAYS

_Trust: TypeAlias = Literal["sure", "unsure", "capital"]
"""How far the words before a name can be relied on to announce one."""

_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S{1,300}")
_PHONE: Final = re.compile(r"(?<![\w.,/:-])(?:\+|00)?\(?\d{1,4}\)?(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\w/:])")
# No number that anyone means has so many digits, and looking for phones in it would take long.
_ENDLESS: Final = re.compile(r"[\d().+ -]{60,}|\d{20,}")
_PHONE_DIGITS_MIN: Final = 7
_PHONE_DIGITS_MAX: Final = 15
_PHONE_GLUED_MIN: Final = 7
# Six of the letters and digits that a reservation's code is made of; a word of six letters is a word.
_CODE: Final = re.compile(r"(?<![\w@.])(?=[A-Z2-9]*\d)(?=[A-Z2-9]*[A-Z])[2-9A-HJ-NP-Z]{6}(?![\w@])")
_CODE_NAMED: Final = re.compile(
    r"(?i)(?:c[oó]digo|code|reference|referencia|localizador)\D{0,25}?\b((?-i:[2-9A-HJ-NP-Z]{6}))(?!\w)"
)

# Numbers that are no slot, in canonical text.
_MONEY = (
    r"(?:[€$£] ?\d+(?:[.,]\d+)?|\d+(?:[.,]\d+)? ?(?:€|\$|£|%|euros?|pesos|soles|dolares"
    r"|dollars|bucks|usd|mxn|clp|lucas|pounds|quid|mil\b|k\b))"
)
_AGE = (
    r"(?:(?:cumpl\w+|turn\w*|tiene|tengo|aged?) \d{1,3}(?! (?:personas|people|adult"
    r"|invitad))(?: anos)?|\d{1,3}(?: th)? (?:anos|years?(?: old)?|yo\b|year - old|cumpleanos"
    r"|birthday|anniversary|aniversario)"
    r"|(?:aniversario|anniversary|birthday|cumpleanos)(?: n| numero"
    r"| #)? \d{1,3}(?! (?:personas|people|de M|a las|h))(?=$| [,.!?])|(?:his|her|my|mom's"
    r"|dad's|our|\w+'s) \d{1,3} th\b(?! of)(?= ?(?:[,.!?]|$|and|birthday|anniversary))|(?:del"
    r"|ano) \d\d(?= lo))"
)
_PLACE = (
    r"(?:(?:calle|avenida|av|avda|carrera|cra|cll|paseo|plaza|jiron|boulevard|street"
    r"|calzada)(?: \.)? (?:\d{1,4}|[a-z]+)(?: de M\d{1,2})?(?: [a-z]+)?(?: (?:n|no|num|numero"
    r"|#))? ?\d{0,4}"
    r"|\d{1,4} (?:th |st )?(?:street|st|avenue|ave|floor|piso|blocks|cuadras|km|kilometros"
    r"|miles|metros|planta)\b|(?:piso|floor|planta|numero|room"
    r"|habitacion) \d{1,4}(?! (?:personas|people)))"
)
_TABLE = (
    r"(?:\b(?:la )?(?:mesa|table)(?: (?:numero|number|#|n))? \d{1,3}(?= (?:[,.?!]|like|as|otra"
    r"|de la|por|para|es|que|es|si|again|please|is)|$)(?!,? (?:personas|people|para \d))"
    r"|\bla \d(?= (?:es|esta)))"
)
_DURATION = (
    r"(?<!en )(?<!in )(?<!las )(?<!within )(?<!dentro de )(?<!in about )(?<![\d:.,/])\b"
    r"(?:\d{1,3}|una?|an?|media"
    r"|half an?|15|unos \d+)(?: ?- ?\d{1,3})? ?(?:minut\w*\b|mins?\b|hours?\b|horas?\b"
    r"|dias de\b"
    r"|noches\b|nights\b)(?! from| pasadas| past| to| before| after| antes| mas tarde"
    r"| despues de)"
)
_TIMES = r"(?:\d{1,2} (?:x|for) 1\b|\d{1,2} x \d{1,2}|(?<![ap]m )(?<!h )(?<!\d )(?<!¤ )\bx\d+|\d{3}(?: \d{3})+|\d+/\d+ of)"
_HIDDEN: Final = tuple(re.compile(pattern) for pattern in (_MONEY, _AGE, _PLACE, _TABLE, _TIMES))
_DURATIONS: Final = re.compile(_DURATION)
_EVENTS = (
    r"(?:concierto|teatro|obra|funcion|pelicula|peli|cine|tren|vuelo|avion|museo|espectaculo"
    r"|show|movie|film|concert|theat(?:re|er)|performance|play|train|flight|game|match|partido"
    r"|misa|opera|boda|ceremonia|bus|entradas|tickets|musical|gig|evento|clase|meeting"
    r"|cita con)"
)
_TIME = r"(?:¤+|\d{1,2}(?:[:.h]\d\d)?(?: ?[ap]m)?|las \d{1,2})"
SHOWN: Final = re.compile(
    rf"\b(?:(?:al?|el|del|un|una|la|the|our|nuestr[oa]|mi|my|tenemos|have|got|seeing"
    rf"|de) )?{_EVENTS}\b(?:(?: ,)? que (?:acaba|termina|empieza|es|sale))?(?: (?!y\b|and\b"
    rf"|so\b|asi\b|mesa|table|cenar|comer|podri"
    rf"|reserv)[a-z]+){{0,4}} (?P<at>¤+)|(?P<at2>¤+) (?:pm |am )?{_EVENTS}\b"
)
"""A time that belongs to a show or a train, once times are blanked: `at` or `at2` is where it stood."""

# With the apostrophes of O'Brien, straight and curved.
_NAME_PIECE: Final = re.compile("\\s*(?P<word>[^\\W\\d_][\\w'\u2019.-]*)(?P<stop>,|\\.(?=\\s|$)|!)?")
# After these comes a name, whatever its letters.
_SURE_LEADS = (
    r"a mi nombre,?|(?:con|bajo) el nombre de|(?:my|his|her) \w+'s name,?"
    r"|a(?:l)? nombre(?: de)?:?|last name:?"
    r"|me llamo|mi nombre(?: es|:)|(?:reserva|mesa) a nombre de|under the (?:name"
    r"|surname)(?: of)?:?|(?:sur)?name:"
    r"|in the name of|(?:my |the )?name(?:'s| is| of)|surname|apellido:?|on my reservation to"
    r"|nombre(?: es|:)|cambi\w+ (?:el|mi) nombre(?: de (?:la|mi) (?:reserva|mesa))? (?:a|por)"
    r"|change (?:the|my) name(?: (?:on|of) (?:the|my) (?:booking|reservation|table))? to"
)
# After these a name may come, or what the guest is or wants.
_UNSURE_LEADS = (
    r"soy|habla|de parte de|(?:it's |its )?under|(?<!qué )(?<!que )nombre|(?:reserva|mesa) de"
    r"|(?:my |the )?name"
)
# After these only a capital tells.
_CAPITAL_LEADS = (
    r"this is|i am|i'?m|(?:hi|hello|hey),? it'?s|reserva(?:ci[oó]n)?(?: para|:)|(?:mesa"
    r"|reservation|booking|table) for|mesa para|it'?s"
)
_NAME_LEADS: Final = re.compile(
    rf"(?i:\b(?:(?P<sure>{_SURE_LEADS})|(?P<unsure>{_UNSURE_LEADS})"
    rf"|(?P<capital>{_CAPITAL_LEADS}))(?:\s+|(?<=:)\s*))"
)
# The guest's, and not the bot's: what follows it is what is booked.
_NAME_FALLBACK: Final = re.compile(
    r"(?:^|[.!]\s+)(?:(?i:mrs?|ms|miss|dr"
    r"|sra?)\.?\s+)?(?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+(?:\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+){0,3})\s*,"
    r"(?=\s*(?:\d|(?i:un[ao]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|mesa|para|somos"
    r"|hoy|mañana|lunes|martes|mi[eé]rcoles"
    r"|jueves|viernes|s[aá]bado|domingo|two|three|four|five|six|seven|eight|table|party|for"
    r"|tonight|tomorrow|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)\b))"
)
_NAME_LAST: Final = re.compile(
    r",\s*(?:(?i:sra?|se[nñ]ora?|srta|mrs?|ms|miss|dra?|don"
    r"|doña)\.?\s+)?(?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+"
    r"(?:\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+){0,3})\s*[.!]?\s*$"
)
# "Mañana 8 pm 2 personas Lupita": nothing but the name is left to say.
_NAME_TAIL: Final = re.compile(
    r"(?i:(?<=\d)|(?<=\d[hH])|\b(?:personas?|pers|pax|people|ppl|hs?|hrs?|horas|[ap]\.?m\.?|\d ?hs?|media|cuarto"
    r"|noche|tarde|tonight|tomorrow|mañana))"
    r"[ ]+(?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+(?:\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+){0,2})\s*[.!]?\s*$"
)
_HERE: Final = re.compile(
    r"(?:^|[.!,]\s+)(?P<name>[A-Z][a-z]+) here\b|^(?:for|para) (?P<name2>[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+),"
)
# A name stands bare only beside what a booking is made of.
_BESIDE_SLOTS: Final = re.compile(
    r"\d|\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|two|three|four|five|six|seven"
    r"|eight|personas|people|manana|hoy|noche|tonight|tomorrow)\b"
)
_SIGNED: Final = re.compile(
    r"(?i:un saludo|saludos|gracias|thanks|thank you|regards|best|cheers"
    r"|atentamente)\s*[,.!-]\s*(?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+"
    r"(?:\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+){0,2})\s*[.!]?\s*$"
)
_TITLES: Final = re.compile(
    r"(?i)^(?:(?:la|el)\s+)?(?:familia|sra?|srta|mrs?|ms|miss|dr|dra|lic|ing|don|doña"
    r"|se[nñ]ora?|mi\s+(?:madre|mujer|marido|esposa|esposo|jefe|hermana|hermano|mam[aá]"
    r"|pap[aá]|novia|novio)\s*,?)\b\.?\s*"
)
_PARTICLES: Final = frozenset(
    {"de", "del", "la", "los", "las", "van", "von", "da", "dos", "di", "y", "san", "mac", "o"}
)
_NOT_NAMES: Final = frozenset(
    word
    for line in (
        "siempre costumbre ayer anoche verdad trabajo fuera dentro arriba abajo ahora",
        "amigos amigas nosotros todos gente cumple cumpleanos antes luego",
        "alergico alergica celiaco celiaca vegano vegana vegetariano vegetariana cliente solo sola yo de del la el los las un",
        "una para por con que si no queria quiero quisiera necesito reserva mesa hoy manana esta este ya muy nuevo nueva not",
        "just looking trying running going calling writing wondering allergic vegan vegetarian here so sorry late coming",
        "thinking happy sure interested afraid hoping in at on for the a an my our me us table reservation tonight tomorrow",
        "today please and y e pero but with your you tengo mi tel telefono phone cel celular movil numero number email correo",
        "pax personas people somos gracias thanks thank porfa favor usted ustedes vosotros alguien nobody from",
        "sin al en o or is it it's that this there when what where how possible reservar cancelar cambiar confirmar modificar",
        "cenar comer party seated about around outside inside tambien hemos buenas hola hello hi buenos good dear estimados esa",
        "budget presupuesto limite limit seniors ese eso mia mio otra otro same mismo misma",
    )
    for word in line.split()
)
# A phone that closes the message, already taken out, and the word before it.
_PHONE_LAST: Final = re.compile(
    r"(?i)[\s,.;-]{0,6}(?:(?:mi|my|el|and|y)\s{1,4}){0,3}"
    r"(?:tel[eé]?f?o?n?o?|tfno|cel(?:ular|l)?|m[oó]vil|mobile|phone|fono|number|n[uú]mero"
    r"|whats\w*)?(?:\s+(?:number|es|is))?[\s.:,]*¤+[\s.!,]*$"
)
# Before a name, in answer to anything; and what is no name after it: "im starving", "i'm excited".
_WHO: Final = re.compile(r"(?i)^(?:i'?m|it'?s|this is|soy|habla|me llamo)\s+")
_FEELING: Final = re.compile(
    r"(?i)(?:^|\s)(?:\w{3,}ing|excited|tired|bored|confused|worried|annoyed|delayed|hungry|full|stuck|lost)$"
)
_NAME_WORDS_MAX: Final = 4
_DAYS_AND_MONTHS: Final = frozenset(WEEKDAYS) | frozenset(MONTHS)
_ASKED_NAME: Final = re.compile(
    r"(?i)^\s*(?:(?:s[ií]|yes|pues|hola|vale|ok|claro|es|it's|its|el m[ií]o|mine|ponlo"
    r"|p[oó]ngala|apunta|puede ser|a|al|para)\s*,?\s+)*(?:(?:a\s+)?nombre\s+de\s+"
    r"|reserva\s+de\s+|soy\s+|me\s+llamo\s+|under\s+|i'?m\s+|this\s+is\s+)?"
)

_AREAS: Final[tuple[tuple[re.Pattern[str], Area], ...]] = (
    (
        re.compile(
            (
                r"\b(?:terraza|terrace|afuera|fuera|outside|outdoors?|patio|vereda|jardin|garden"
                r"|al aire libre|rooftop)\b"
            )
        ),
        "terrace",
    ),
    (re.compile(r"\b(?:dentro|adentro|inside|indoors?|interior|salon)\b(?! de \d)"), "indoors"),
    (re.compile(r"\b(?:barra|bar|counter)\b"), "bar"),
    (re.compile(r"\b(?:ventana|ventanal|window)\b"), "window"),
    (re.compile(r"\b(?:reservado|privado|private room|sala privada|salon privado)\b"), "private"),
)
_WISH: Final = re.compile(
    r"\b(?:tronas?|silla\w* (?:de (?:bebe|nino|ruedas)|alta|periquera)|periqueras?"
    r"|high ?chairs?|wheelchair|sillas? de ruedas|carrito|cochecito|stroller|buggy|alerg\w+"
    r"|allerg\w+|celiac\w*|coeliac\w*|gluten|tacc|lactos\w*|vegan\w*|vegetarian\w*"
    r"|embarazada|pregnant|cumple\w*|birthday|aniversario|anniversary|bautizo|comunion"
    r"|despedida|perr[oa]s?|dogs?|mascota|tarta|pastel|cake|ninos|nina|nino|kids|children"
    r"|toddler|bebe|baby|movilidad reducida|nueces|frutos secos|nut|shellfish|marisco|halal"
    r"|kosher|celebra\w*)\b"
)
_CLAUSE: Final = re.compile(r"[,.;\n!¡?¿]+|\s+(?:pero|but)\s+")
_WISHES_LENGTH_MAX: Final = 500
# "Mesa para 2 mañana y otra para 6 el sábado": the second has its own party, day and hour.
_ANOTHER_TABLE: Final = re.compile(
    r"(?i)(?<=\S)[\s,;.]{1,6}(?:y|and|plus|tambi[eé]n|also)\s+"
    r"(?:(?:otra|another|una segunda|a second)(?:\s+(?:mesa|reserva|table|booking|one))?|(?:una\s+|a\s+)?(?:mesa"
    r"|table)(?=.*(?:\ba las?\s|\bel\s|\bmañana\b|\bon\s|\bat\s|\btomorrow\b)))"
    r"\s+(?:para|pa|for|de|of)\s+(?=(?:\d{1,2}|dos|tres|cuatro|cinco|seis|siete|ocho|diez|two|three|four|five|six|seven|eight|ten)\b)"
)
_SAYS_NUMBER: Final = re.compile(
    r"(?i)\d|\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|two|three|four|five|six|seven|eight)\b"
)
# A clause as long as this is a whole message without commas: of it only what is near the wish is a note.
_CLAUSE_LENGTH_MAX: Final = 80
_NEAR_WISH: Final = (3, 6)
# Where a note ends and the day begins, in a clause that says both: "los dos niños y yo el 15 a las 2".
_DAY_OR_HOUR: Final = re.compile(
    r"(?i)\s+(?:(?:para |on |for )?(?:el|the)\s+\d|a\s+las?\s+\d|at\s+\d|@\s*\d)"
)


def take_contact(text: str) -> tuple[str, str | None, str | None, str | None]:
    """Return the text without phones, emails, links and codes, and the phone, the email and the code."""
    email = phone = code = None
    text = _ENDLESS.sub(" ", text)
    if "@" in text and (found := _EMAIL.search(text)):
        email = found[0].strip(".")
        text = blanked(text, *found.span())
    if "www" in text or "://" in text:
        text = _LINK.sub(lambda link: "¤" * len(link[0]), text)
    if found := _CODE_NAMED.search(text) or _CODE.search(text):
        code = found[found.lastindex or 0]
        text = blanked(text, *found.span())
    for found in _PHONE.finditer(text):
        digits = sum(character.isdigit() for character in found[0])
        if _PHONE_DIGITS_MIN <= digits <= _PHONE_DIGITS_MAX and _is_phone(found[0]):
            phone = re.sub(r"[^\d+]", "", found[0])
            text = blanked(text, *found.span())
    return text, phone, email, code


def first_table(text: str) -> tuple[str, bool]:
    """Return what is said of the first of two tables that one message asks for, and whether there is a second."""
    found = _ANOTHER_TABLE.search(text)
    if found is None or not _SAYS_NUMBER.search(text[: found.start()]):
        return text, False
    return text[: found.start()], True


def hide_numbers(text: str) -> str:
    """Return the canonical text with blanks where a number is a price, an age, an address, a table's own number."""
    for pattern in _HIDDEN:
        text = pattern.sub(lambda found: "¤" * len(found[0]), text)
    return text


def hide_durations(text: str) -> str:
    """Return the text with blanks where minutes and hours last instead of naming a time."""
    return _DURATIONS.sub(lambda found: "¤" * len(found[0]), text)


def area_of(text: str) -> Area | None:
    """Return where in the house the guest wants to sit."""
    return next((area for pattern, area in _AREAS if pattern.search(text)), None)


def wishes_of(text: str) -> str | None:
    """Return the guest's own clauses that speak of children, chairs, allergies, dogs or birthdays."""
    if not _WISH.search(plain(text)):
        return None
    told = [
        _near_wish(_before_the_day(clause.strip()))
        for clause in _CLAUSE.split(text)
        if _WISH.search(plain(clause))
    ]
    return "; ".join(told)[:_WISHES_LENGTH_MAX] or None


def _before_the_day(clause: str) -> str:
    """Return the clause without the day and hour that follow what is wished."""
    found = _DAY_OR_HOUR.search(clause)
    return (
        clause
        if found is None or not _WISH.search(plain(clause[: found.start()]))
        else clause[: found.start()]
    )


def _near_wish(clause: str) -> str:
    """Return the clause, or of one that never stops the words around what is wished."""
    if len(clause) <= _CLAUSE_LENGTH_MAX:
        return clause
    words = clause.split()
    ends = [place for place in range(len(words)) if _WISH.search(plain(" ".join(words[: place + 1])))]
    begins = [place for place in range(len(words)) if _WISH.search(plain(" ".join(words[place:])))]
    before, after = _NEAR_WISH
    return " ".join(words[max(0, min(ends[0], begins[-1]) - before) : max(ends[0], begins[-1]) + after + 1])


def name_of(text: str, *, asked: bool) -> str | None:
    """Return the name the guest gives, in the guest's spelling; capitals are set where there are none."""
    shouted = text.isupper()
    last: str | None = None
    for lead in _NAME_LEADS.finditer(text):
        trust: _Trust = "sure" if lead["sure"] else "unsure" if lead["unsure"] or shouted else "capital"
        last = _name_at(text[lead.end() :], trust) or last
    if last is not None:
        return last
    if asked:
        return _name_at(_ASKED_NAME.sub("", text, count=1), "sure")
    return None if shouted else _bare_name(text)


def comes_in(text: str) -> bool:
    """Return whether a guest begins to say who they are, or how they are: "im sam", "soy Lucho", "im starving"."""
    return _WHO.match(text) is not None


def introduced(text: str) -> str | None:
    """Return the name with which a guest comes in, whatever was asked: "im sam", "soy Lucho". How a guest feels is no name."""
    rest = _WHO.sub("", text).strip(" .!\n")
    words = rest.split()
    if not words or any(is_common(plain(word)) for word in words) or _FEELING.search(words[-1]):
        return None
    return name_of(rest, asked=True)


def without_name(text: str, name: str) -> str:
    """Return the text without the name where it is given: Domingo Pérez is not a Sunday, and "mañana" holds no Ana."""
    places = [found.span() for found in re.finditer(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text)]
    if not places:
        return text
    announced = {lead.end() for lead in _NAME_LEADS.finditer(text)}
    start, end = next((span for span in reversed(places) if span[0] in announced), places[-1])
    return f"{text[:start]} ¤ {text[end:]}"


def _bare_name(text: str) -> str | None:
    """Return a name that nothing announces: "Tyler here", "4 personas, Roberto", "Thank you, Rebecca"."""
    if "¤" in text:
        text = _PHONE_LAST.sub("", text)
    beside = _BESIDE_SLOTS.search(plain(text)) is not None
    for found in (
        _HERE.search(text),
        _SIGNED.search(text),
        _NAME_FALLBACK.search(text) if beside else None,
        _NAME_LAST.search(text) if beside else None,
        _NAME_TAIL.search(text) if beside else None,
    ):
        name = None if found is None else next(filter(None, found.groups()), None)
        if name is not None and not any(_is_word(word) or plain(word) in WEEKDAYS for word in name.split()):
            return name
    return None


def _is_phone(text: str) -> bool:
    """Tell a phone from a date, two times or a row of numbers."""
    groups = re.findall(r"\d+", text)
    if text.startswith(("+", "00")) or len(groups[0]) >= _PHONE_GLUED_MIN:
        return True
    if re.fullmatch(r"\d{1,2}[.-]\d{1,2}[.-]\d{2,4}|\d{4}[.-]\d\d[.-]\d\d.*", text.strip()):
        return False
    return max(map(len, groups)) >= 3 or len(groups) >= 4  # noqa: PLR2004 - pairs are written four by four.


def _name_at(text: str, trust: _Trust) -> str | None:
    """Return the one to four words of a name that begin here."""
    text = _TITLES.sub("", text.lstrip(" :-\"'"), count=1)
    words: list[str] = []
    place = 0
    while len(words) < _NAME_WORDS_MAX and (found := _NAME_PIECE.match(text, place)) is not None:
        word = found["word"].rstrip(".-")
        if not (_begins(word, trust) if not words else _continues(word, words[0])):
            break
        words.append(word)
        place = found.end()
        if found["stop"] or found["word"].endswith("."):
            break
    while words and words[-1].lower() in _PARTICLES:
        words.pop()
    if not words or (len(words) == 1 and len(words[0]) == 1):
        return None
    name = " ".join(words)
    return name.title() if name.islower() else name


def _begins(word: str, trust: _Trust) -> bool:
    """Tell whether a name may begin with this word: a capital makes a name of what would else be a word."""
    lower = plain(word)
    if lower in _NOT_NAMES or lower in _DAYS_AND_MONTHS - _NAMES_TOO:
        return False
    if word[0].isupper() and not word.isupper():
        return True
    match trust:
        case "sure":
            return not is_common(lower) or lower in _NAMES_TOO
        case "unsure":
            return not is_known(lower) or lower in _NAMES_TOO
        case "capital":
            return False


def _continues(word: str, first: str) -> bool:
    """A name that began with a capital goes on with capitals, but for the "de la" between them."""
    if word.lower() in _PARTICLES:
        return True
    lower = plain(word)
    if lower in _NOT_NAMES or lower in _DAYS_AND_MONTHS - _NAMES_TOO:
        return False
    if first.islower() or first.isupper():
        return not _is_word(word)
    return word[0].isupper()


def _is_word(word: str) -> bool:
    lower = plain(word)
    return lower in _NOT_NAMES or (is_known(lower) and lower not in _NAMES_TOO)


# Words of the vocabulary that are first names or surnames as well.
_NAMES_TOO: Final = frozenset(
    {
        "julio",
        "abril",
        "mayo",
        "marta",
        "mario",
        "maria",
        "julia",
        "julian",
        "juliana",
        "mariano",
        "sonia",
        "sofia",
        "norma",
        "norman",
        "april",
        "june",
        "martin",
        "marcos",
        "domingo",
        "martina",
        "cook",
        "august",
        "will",
        "may",
        "leo",
        "mark",
        "mora",
        "gracia",
    }
)
