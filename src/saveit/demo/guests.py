"""People who do not exist, with numbers that look as theirs would. Some of them come again."""

from random import Random

from saveit.guests import GuestDetails, Language, check_contact

_FIRST_ES = (
    "Alejandra", "Andrés", "Beatriz", "Camila", "Carlos", "Daniela", "Diego", "Elena", "Felipe", "Gabriela", "Hugo", "Inés",
    "Javier", "Juliana", "Laura", "Manuel", "María José", "Mateo", "Nuria", "Óscar", "Paula", "Rodrigo", "Sofía", "Tomás",
)  # fmt: skip
_LAST_ES = (
    "Acosta", "Benítez", "Cárdenas", "Castaño", "Delgado", "Espinosa", "Fuentes", "Gil", "Herrera", "Ibáñez", "Jaramillo", "Lozano",
    "Medina", "Núñez", "Ospina", "Pardo", "Quintero", "Restrepo", "Serrano", "Torres", "Uribe", "Vargas", "Yepes", "Zamora",
)  # fmt: skip
_FIRST_EN = (
    "Aisha", "Ben", "Claire", "Daniel", "Ella", "Frank", "Gina", "Henry", "Isabel", "Jamal", "Kate", "Leo", "Maya", "Nick", "Olivia",
    "Priya", "Quinn", "Rosa", "Steve", "Tara", "Victor", "Wendy", "Yusuf", "Zoe",
)  # fmt: skip
_LAST_EN = (
    "Adams", "Bennett", "Chen", "Diaz", "Evans", "Foster", "Greene", "Hughes", "Ito", "Jackson", "Kim", "Lopez", "Murphy", "Nguyen",
    "O'Brien", "Patel", "Reed", "Schwartz", "Turner", "Underwood", "Vega", "Walsh", "Young", "Zhang",
)  # fmt: skip
_AREA_CODES = (
    "201", "203", "212", "215", "305", "312", "347", "415", "516", "609", "617", "631", "646", "718", "732", "802", "908", "914", "917",
)  # fmt: skip
_REGULARS = 40
_REGULAR_SHARE = 0.3
_EMAIL_SHARE = 0.6


class GuestBook:
    """Guests of one restaurant, drawn from `random`: three in ten have been there before."""

    def __init__(self, random: Random, region: str, language: str) -> None:
        self._random = random
        self._region = region
        self._language: Language = "en" if language == "en" else "es"
        self._regulars = [self._somebody_new() for _ in range(_REGULARS)]

    def somebody(self, special_requests: str | None) -> GuestDetails:
        """Return a guest, new or known, with what they ask for this time."""
        if self._random.random() < _REGULAR_SHARE:
            name, phone, email = self._random.choice(self._regulars)
        else:
            name, phone, email = self._somebody_new()
        return check_contact(
            name=name,
            phone=phone,
            email=email,
            language=self._language,
            region=self._region,
            special_requests=special_requests,
        )

    def stranger(self) -> GuestDetails:
        """Return a guest who gave a name at the door and nothing else."""
        name, _, _ = self._somebody_new()
        return GuestDetails(name, None, None, self._language)

    def _somebody_new(self) -> tuple[str, str, str | None]:
        english = self._language == "en"
        first = self._random.choice(_FIRST_EN if english else _FIRST_ES)
        last = self._random.choice(_LAST_EN if english else _LAST_ES)
        number = self._random.randrange(10_000_000)
        email = f"guest{number}@example.com" if self._random.random() < _EMAIL_SHARE else None
        return f"{first} {last}", phone_number(self._random, self._region), email


def phone_number(random: Random, region: str) -> str:
    """Return a mobile number of the region; in the United States one of those kept for films."""
    match region:
        case "CO":
            return f"+57 3{random.choice(('00', '10', '15', '20'))} {random.randrange(10_000_000):07d}"
        case "ES":
            return f"+34 6{random.randrange(100_000_000):08d}"
        case _:
            return f"+1 {random.choice(_AREA_CODES)} 555 01{random.randrange(100):02d}"
