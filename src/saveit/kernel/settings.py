"""What a process is told from outside: read once, checked at start with every mistake named at once, then passed down."""

import difflib
import hmac
import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

from saveit.kernel.faults import FaultAction, WrongFaultPoints, parse_fault_points

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

# Shorter keys can be guessed by trying; a key of this length drawn at random cannot.
_SECRET_KEY_LENGTH_MIN = 32
_ADMIN_KEY_LENGTH_MIN = 16
_WORKERS_MAX = 64
_PORT_MAX = 65_535
_RATE_MAX = 10_000_000
# A name this near to one of ours is a slip of the hand; a farther one is somebody else's. Kubernetes, for one, puts
# variables into our environment that begin with the service's name.
_SLIP_SIMILARITY = 0.9


class SettingsRefusedError(ValueError):
    """The environment cannot be started with; `problems` says all that is wrong with it, one sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Refuse for these reasons."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """List the problems, one a line."""
        return "\n".join(
            ("SaveIt cannot start with these settings:", *(f"  - {problem}" for problem in self.problems))
        )


class Secret:
    """A text that never prints: its repr, str and format are `***`, and it is compared in constant time."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Hold `text`."""
        self._text = text

    def reveal(self) -> str:
        """Return the text, to the one call that must have it."""
        return self._text

    def __repr__(self) -> str:
        """Say nothing."""
        return "***"

    def __eq__(self, other: object) -> bool:
        """Compare without telling by the time taken where two secrets differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other.reveal().encode())

    __hash__ = None  # pyright: ignore[reportAssignmentType] - a secret in a set or as a key would outlive its use.


EngineName: TypeAlias = Literal["builtin", "lex", "anthropic", "openai"]


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """Which engine reads what guests write, and how it is reached."""

    engine: EngineName = "builtin"
    key: Secret | None = None
    model: str = ""
    """A language model's name; for Lex BOT/ALIAS."""
    url: str | None = None
    region: str = "us-east-1"


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """Which engine puts into words what guests say aloud, how it is reached, and how long a turn waits for it."""

    engine: Literal["off", "openai", "amazon"] = "off"
    key: Secret | None = None
    model: str = ""
    """The provider's model; for Amazon BUCKET or BUCKET/FOLDER."""
    url: str | None = None
    region: str = "us-east-1"
    wait_s: int = 20


class MailListener(msgspec.Struct, frozen=True):
    """Where mail is taken by SMTP, and the server in front of it whose findings about senders are believed."""

    host: str
    port: int
    authority: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a process is told from outside; docs/guides/settings.md says what each is for."""

    database_url: Secret | None
    migrate_database_url: Secret | None
    redis_url: Secret | None
    data_dir: Path
    host: str
    port: int
    public_url: str
    secret_key: Secret | None
    admin_key: Secret | None
    workers: int
    log_level: LogLevel
    log_json: bool
    combiner: bool
    sandbox: bool
    otel_endpoint: str | None
    fault_points: tuple[tuple[str, FaultAction], ...]
    rate_limit_ip_per_minute: int
    rate_limit_key_per_minute: int
    sockets_per_address: int
    sockets_per_holder: int
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    understanding: Understanding
    hearing: Hearing
    mail_listener: MailListener | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; an empty variable is an absent one.

        A command's options are laid over the environment by the caller before this is called, so that they are checked alike.

        Raises: SettingsRefusedError with every problem at once. Values are not repeated in it where they may be secret.
        """
        reader = _Reader(environment)
        settings = _read(reader)
        reader.look_for_slips()
        if reader.problems:
            raise SettingsRefusedError(tuple(reader.problems))
        return settings

    @classmethod
    def variables(cls) -> tuple[str, ...]:
        """Return the names of the variables that are read, in their order."""
        reader = _Reader({})
        _read(reader)
        return tuple(reader.asked)


def _read(reader: "_Reader") -> Settings:
    host = reader.text("SAVEIT_HOST", default="127.0.0.1")
    port = reader.number("SAVEIT_PORT", default=8000, minimum=1, maximum=_PORT_MAX)
    public_url = reader.url("SAVEIT_PUBLIC_URL", schemes=("http", "https"))
    sandbox = reader.switch("SAVEIT_SANDBOX", default=False)
    return Settings(
        database_url=reader.secret_url("SAVEIT_DATABASE_URL", schemes=("postgresql", "postgres")),
        migrate_database_url=reader.secret_url(
            "SAVEIT_MIGRATE_DATABASE_URL", schemes=("postgresql", "postgres")
        ),
        redis_url=reader.secret_url("SAVEIT_REDIS_URL", schemes=("redis", "rediss", "unix")),
        data_dir=reader.directory("SAVEIT_DATA_DIR", default=_home_of_data(reader.environment)),
        host=host,
        port=port,
        public_url=(public_url or f"http://{_in_url(host)}:{port}").rstrip("/"),
        secret_key=reader.secret("SAVEIT_SECRET_KEY", length_min=_SECRET_KEY_LENGTH_MIN),
        admin_key=reader.secret("SAVEIT_ADMIN_KEY", length_min=_ADMIN_KEY_LENGTH_MIN),
        workers=reader.number("SAVEIT_WORKERS", default=1, minimum=1, maximum=_WORKERS_MAX),
        log_level=reader.log_level("SAVEIT_LOG"),
        log_json=reader.choice("SAVEIT_LOG_FORMAT", choices=("json", "text")) == "json",
        combiner=reader.switch("SAVEIT_COMBINER", default=True),
        sandbox=sandbox,
        otel_endpoint=reader.url("SAVEIT_OTEL_ENDPOINT", schemes=("http", "https")),
        fault_points=reader.fault_points("SAVEIT_FAULTS", allowed=sandbox),
        rate_limit_ip_per_minute=reader.number(
            "SAVEIT_RATE_LIMIT_IP", default=600, minimum=0, maximum=_RATE_MAX
        ),
        rate_limit_key_per_minute=reader.number(
            "SAVEIT_RATE_LIMIT_KEY", default=6_000, minimum=0, maximum=_RATE_MAX
        ),
        sockets_per_address=reader.number(
            "SAVEIT_SOCKETS_PER_ADDRESS", default=200, minimum=0, maximum=_RATE_MAX
        ),
        sockets_per_holder=reader.number(
            "SAVEIT_SOCKETS_PER_HOLDER", default=50, minimum=0, maximum=_RATE_MAX
        ),
        trusted_proxies=reader.networks("SAVEIT_TRUSTED_PROXIES"),
        understanding=_understanding(reader),
        hearing=_hearing(reader),
        mail_listener=_mail_listener(reader),
    )


def _understanding(reader: "_Reader") -> Understanding:
    """Read which engine is wanted; one of a provider's needs a key and a model."""
    engine = reader.engine("SAVEIT_NLU")
    key = reader.secret("SAVEIT_NLU_KEY", length_min=1)
    model = reader.text("SAVEIT_NLU_MODEL", default="")
    url = reader.url("SAVEIT_NLU_URL", schemes=("http", "https"))
    region = reader.text("SAVEIT_AWS_REGION", default="us-east-1")
    if engine != "builtin" and (key is None or not model):
        reader.problems.append(f"SAVEIT_NLU {engine} needs SAVEIT_NLU_KEY and SAVEIT_NLU_MODEL")
    if engine == "lex" and model and not re.fullmatch(r"[A-Z0-9]{10}/[A-Z0-9]{10}", model):
        reader.problems.append("SAVEIT_NLU_MODEL must be BOT/ALIAS for lex, of ten capitals and digits each")
    if engine == "lex" and key is not None and len(key.reveal().split(":", 2)) not in {2, 3}:
        reader.problems.append("SAVEIT_NLU_KEY must be KEY_ID:SECRET or KEY_ID:SECRET:SESSION_TOKEN for lex")
    return Understanding(
        engine=engine, key=key, model=model, url=None if url is None else url.rstrip("/"), region=region
    )


def _hearing(reader: "_Reader") -> Hearing:
    """Read who hears, if anybody; a provider needs a key, and a model or a bucket."""
    key = reader.secret("SAVEIT_LISTEN_KEY", length_min=1)
    model = reader.text("SAVEIT_LISTEN_MODEL", default="")
    url = reader.url("SAVEIT_LISTEN_URL", schemes=("http", "https"))
    wait_s = reader.number("SAVEIT_LISTEN_WAIT_S", default=20, minimum=5, maximum=120)
    engine: Literal["off", "openai", "amazon"]
    match reader.choice("SAVEIT_LISTEN", choices=("off", "openai", "amazon")):
        case "openai":
            engine = "openai"
        case "amazon":
            engine = "amazon"
        case _:
            engine = "off"
    if engine != "off" and (key is None or not model):
        reader.problems.append(f"SAVEIT_LISTEN {engine} needs SAVEIT_LISTEN_KEY and SAVEIT_LISTEN_MODEL")
    if (
        engine == "amazon"
        and model
        and not re.fullmatch(r"[a-z0-9.-]{3,63}(/[A-Za-z0-9/_.-]{1,200})?", model)
    ):
        reader.problems.append("SAVEIT_LISTEN_MODEL must be BUCKET or BUCKET/FOLDER for amazon")
    if engine == "amazon" and key is not None and len(key.reveal().split(":", 2)) not in {2, 3}:
        reader.problems.append(
            "SAVEIT_LISTEN_KEY must be KEY_ID:SECRET or KEY_ID:SECRET:SESSION_TOKEN for amazon"
        )
    return Hearing(
        engine=engine,
        key=key,
        model=model,
        url=None if url is None else url.rstrip("/"),
        region=reader.environment.get("SAVEIT_AWS_REGION", "").strip() or "us-east-1",
        wait_s=wait_s,
    )


def _mail_listener(reader: "_Reader") -> MailListener | None:
    """Read where mail is taken, if anywhere, and whose word on its senders counts."""
    name = "SAVEIT_SMTP_LISTEN"
    place, authority = reader.text(name, default=""), reader.text("SAVEIT_SMTP_AUTHORITY", default="")
    if not place:
        return None
    host, colon, port = place.rpartition(":")
    if not colon or not port.isascii() or not port.isdecimal() or not 0 < int(port[:9]) <= _PORT_MAX:
        reader.problems.append(f"{name} must be an address and a port such as 127.0.0.1:2525, not {place!r}")
        return None
    return MailListener(host.strip("[]") or "127.0.0.1", int(port), authority)


def _home_of_data(environment: Mapping[str, str]) -> Path:
    """Return where the data lives when nobody says: the same from whichever directory the command is given.

    Root is the machine's service and has the service's place, which the user that the database runs as can reach; root's own home is
    usually closed to all others.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/saveit")
    share = environment.get("XDG_DATA_HOME")
    return Path(share) / "saveit" if share else Path.home() / ".local" / "share" / "saveit"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Reader:
    """Reads one variable after the other, and remembers what was wrong instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []
        self.asked: list[str] = []

    def text(self, name: str, *, default: str) -> str:
        return self._value(name) or default

    def number(self, name: str, *, default: int, minimum: int, maximum: int) -> int:
        value = self._value(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdecimal() or not minimum <= int(value[:19]) <= maximum:
            self.problems.append(f"{name} must be a whole number from {minimum} to {maximum}, not {value!r}")
            return default
        return int(value)

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        found: list[IPv4Network | IPv6Network] = []
        for piece in (self._value(name) or "").split(","):
            if not piece.strip():
                continue
            try:
                found.append(ip_network(piece.strip()))
            except ValueError:
                self.problems.append(
                    f"{name} must list networks such as 10.0.0.0/8 or 192.0.2.7, with commas between, not {piece.strip()!r}"
                )
        return tuple(found)

    def switch(self, name: str, *, default: bool) -> bool:
        value = self._value(name)
        match value.lower() if value is not None else None:
            case None:
                return default
            case "1" | "on" | "true" | "yes":
                return True
            case "0" | "off" | "false" | "no":
                return False
            case _:
                self.problems.append(f"{name} must be on or off, not {value!r}")
                return default

    def choice(self, name: str, *, choices: tuple[str, ...]) -> str:
        value = self._value(name)
        if value is None:
            return choices[0]
        if value.lower() not in choices:
            self.problems.append(f"{name} must be one of {', '.join(choices)}, not {value!r}")
            return choices[0]
        return value.lower()

    def engine(self, name: str) -> EngineName:
        match self.choice(name, choices=("builtin", "lex", "anthropic", "openai")):
            case "lex":
                return "lex"
            case "anthropic":
                return "anthropic"
            case "openai":
                return "openai"
            case _:
                return "builtin"

    def log_level(self, name: str) -> LogLevel:
        match self.choice(name, choices=("info", "debug", "warning", "error")):
            case "debug":
                return "debug"
            case "warning":
                return "warning"
            case "error":
                return "error"
            case _:
                return "info"

    def url(self, name: str, *, schemes: tuple[str, ...]) -> str | None:
        value = self._value(name)
        if value is None:
            return None
        if not _is_url(value, schemes):
            self.problems.append(
                f"{name} must be a URL that begins with {' or '.join(f'{each}://' for each in schemes)}"
            )
            return None
        return value

    def secret_url(self, name: str, *, schemes: tuple[str, ...]) -> Secret | None:
        value = self.url(name, schemes=schemes)
        return None if value is None else Secret(value)

    def secret(self, name: str, *, length_min: int) -> Secret | None:
        value = self._value(name)
        if value is None:
            return None
        if len(value) < length_min:
            self.problems.append(f"{name} must have at least {length_min} characters; it has {len(value)}")
            return None
        return Secret(value)

    def directory(self, name: str, *, default: Path) -> Path:
        value = self._value(name)
        path = (Path(value).expanduser() if value is not None else default).absolute()
        if path.exists() and not path.is_dir():
            self.problems.append(f"{name} must be a directory, or not exist yet; {str(path)!r} is neither")
        return path

    def fault_points(self, name: str, *, allowed: bool) -> tuple[tuple[str, FaultAction], ...]:
        value = self._value(name)
        if value is None:
            return ()
        if not allowed:
            self.problems.append(
                f"{name} makes the product fail on purpose and is only taken with SAVEIT_SANDBOX=1"
            )
            return ()
        try:
            return parse_fault_points(value)
        except WrongFaultPoints as wrong:
            self.problems.append(f"{name}: {wrong}")
            return ()

    def look_for_slips(self) -> None:
        """Name the variables that are nearly ours, and would otherwise be passed over in silence."""
        for name in sorted(self.environment.keys() - set(self.asked)):
            if not name.startswith("SAVEIT"):
                continue
            near = difflib.get_close_matches(name, self.asked, n=1, cutoff=_SLIP_SIMILARITY)
            if near:
                self.problems.append(f"{name} is not a setting; did you mean {near[0]}?")

    def _value(self, name: str) -> str | None:
        self.asked.append(name)
        return self.environment.get(name, "").strip() or None


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        # A port that is no number is found only when it is asked for.
        port_is_number = parts.port is None or parts.port >= 0
    except ValueError:
        return False
    return parts.scheme in schemes and port_is_number and bool(parts.netloc or parts.path)
