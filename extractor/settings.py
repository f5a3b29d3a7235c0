"""Every choice a run depends on, in one frozen object, built in one place.

Defaults < ``[tool.extractor]`` in pyproject.toml < extractor.toml (both in the working folder) < environment < arguments.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    PyprojectTomlConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import NoModel, UsageError
from .modelnames import ModelName, ProviderName, parse, weights_id

Source = Literal["live", "record", "replay"]

SAME = "same"
"""As a model that checks: the one that writes."""


KEY_NAMES: dict[ProviderName, str] = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google": "GEMINI_API_KEY",
}
"""The environment variable that a provider's key is looked for in."""

EMBEDDED: dict[str, Any] = {"concurrency": 2, "timeout_s": 3600.0, "price": (0.0, 0.0)}
"""Other defaults for a model in this process: two articles at once fill a processor, reading a prompt takes minutes there,
and it costs nothing."""


DEFAULT_STORE = Path(".extract")
"""Where the command keeps answers."""


class Price(NamedTuple):
    """US dollars for a million tokens; cached ones cost as much as others."""

    sent: float
    answered: float


class Settings(BaseSettings):
    """How to reach a model and how hard to try. Build it with :func:`build`, which words its errors for people."""

    model_config = SettingsConfigDict(
        env_prefix="EXTRACT_",
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
        pyproject_toml_table_header=("tool", "extractor"),
        toml_file="extractor.toml",
    )

    model: str | None = None
    """Model name, as the server knows it; with ``anthropic:``, ``google:`` or ``gguf:`` in front (a file) asked there."""
    base_url: str | None = Field(None, validation_alias=AliasChoices("base_url", "EXTRACT_BASE_URL", "OPENAI_BASE_URL"))
    """Root of an OpenAI-compatible API, ending in ``/v1`` as a rule. None: OpenAI's own. For another provider's model the
    root of that provider's API, which OPENAI_BASE_URL does not set."""
    api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("api_key", "EXTRACT_API_KEY", "OPENAI_API_KEY")
    )
    """Key of that API; local servers need none."""
    anthropic_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("anthropic_key", "EXTRACT_ANTHROPIC_KEY", "ANTHROPIC_API_KEY")
    )
    """Key of Anthropic's API."""
    google_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("google_key", "EXTRACT_GOOGLE_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY")
    )
    """Key of Google's Gemini API."""
    cassettes: Path | None = None
    """Recorded answers to fall back on where there is neither key nor server."""
    record: Path | None = None
    """Folder to which every answer is recorded."""
    replay: Path | None = None
    """Folder from which every answer is replayed; nothing is sent."""
    parameters: dict[str, Any] = {}
    """Further request parameters, sent as they are: ``{"temperature": 0, "max_completion_tokens": 16000}``."""
    store: Path | None = None
    """Folder of the store, where every reply is kept. None: nothing is kept."""
    concurrency: int = Field(64, ge=1, le=1024)
    """Calls in flight at once, at most. A run begins with half of them, and goes back when the server has enough."""
    rpm: int | None = Field(None, ge=1)
    """Requests per minute, at most. None: as many as the server takes."""
    tpm: int | None = Field(None, ge=1)
    """Tokens per minute, at most."""
    timeout_s: float = Field(300.0, gt=0)
    """Seconds that one call may take."""
    attempts: int = Field(5, ge=1, le=20)
    """How often one call is tried when the network or the server fails, the first time included. Where the server says
    that it is too much, or does not answer anybody, calls wait instead."""
    patience_s: float = Field(600.0, ge=0)
    """Seconds that calls wait for such a server."""
    budget: float | None = Field(None, gt=0)
    """US dollars that a run may cost. No call is sent that could pass it."""
    price: Price | None = None
    """US dollars for a million tokens sent and answered; None: by the public price list."""
    reasks: int = Field(2, ge=0, le=5)
    """How often an answer that does not hold is asked for again."""
    passes: int = Field(1, ge=1, le=10)
    """How often an article is read, at most: each further pass asks for what the records miss, until one finds nothing."""
    check: str | None = None
    """Model that is asked of every claim and denial whether the article says so, on the same server; ``same``: the model itself.
    None: none is."""
    link: str | None = None
    """URL of a yente server, to link actors to a reference database such as OpenSanctions. None: they are not linked."""
    link_dataset: str = "default"
    """The collection of that server."""
    link_key: SecretStr | None = None
    """Its key, if it needs one."""
    adjudicate: bool = False
    """Whether pairs of claims that the rules leave unsure are put to the model."""
    adjudications: int = Field(200, ge=1, le=100_000)
    """How many pairs at most, in one run."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - signature of pydantic-settings' hook
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, strongest first."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls),
            PyprojectTomlConfigSettingsSource(settings_cls),
        )

    @model_validator(mode="before")
    @classmethod
    def _fit_provider(cls, given: Any) -> Any:
        """Defaults that depend on who is asked, and no URL that was meant for somebody else: it would get the key."""
        provider = parse(given.get("model")).provider if isinstance(given, dict) else "openai"
        if provider == "openai":
            return given
        fitted = dict(given)
        not_meant = os.environ.get("OPENAI_BASE_URL")
        if fitted.get("base_url") == not_meant and os.environ.get("EXTRACT_BASE_URL") != not_meant:
            fitted.pop("base_url", None)
        return {**EMBEDDED, **fitted} if provider == "gguf" else fitted

    @property
    def model_name(self) -> ModelName:
        """Who is asked, and for which model."""
        return parse(self.model)

    @property
    def key(self) -> SecretStr | None:
        """The key of the provider that is asked, if there is one."""
        keys = {"openai": self.api_key, "anthropic": self.anthropic_key, "google": self.google_key}
        return keys.get(self.model_name.provider)

    @property
    def key_name(self) -> str:
        """Where that key is looked for."""
        return KEY_NAMES.get(self.model_name.provider, "")

    @property
    def source(self) -> Source:
        """Where answers come from. Raises NoModel if there is nothing to ask, UsageError if a model's file is none."""
        if self.replay:
            return "replay"
        provider, file = self.model_name
        if provider == "gguf":
            weights_id(file)
        if self.record:
            return "record"
        if self.key or self.base_url or provider == "gguf":
            return "live"
        if self.cassettes:
            return "replay"
        raise NoModel(self._no_model)

    @property
    def _no_model(self) -> str:
        if self.model_name.provider == "openai":
            return (
                "no model to ask: set OPENAI_API_KEY, or give --base-url (OPENAI_BASE_URL) of an OpenAI-compatible server, "
                "or --replay with a folder of recordings"
            )
        return f"no key for {self.model}: set {self.key_name}, or give --replay with a folder of recordings"

    @property
    def checker(self) -> str | None:
        """Name of the model that checks; None if none does."""
        return self.model if self.check == SAME else self.check

    @property
    def server(self) -> str:
        """The server, as far as its answers depend on it: without user name, password and query, which may be secret. For a
        model in this process, its file by content. Raises UsageError if that cannot be read."""
        provider, file = self.model_name
        if provider == "gguf":
            return "gguf" if self.replay else f"gguf:{weights_id(file)}"
        if not self.base_url:
            return provider
        url = urlsplit(self.base_url)
        return f"{url.scheme}://{url.hostname}{f':{url.port}' if url.port else ''}{url.path.rstrip('/')}"

    @property
    def recordings(self) -> Path | None:
        """The folder that is replayed or recorded to."""
        return self.replay or self.record or (self.cassettes if self.source == "replay" else None)


def build(**arguments: Any) -> Settings:
    """Settings from all sources; arguments that are None count as not given. Raises UsageError."""
    given = {name: value for name, value in arguments.items() if value is not None}
    if given.get("record") and given.get("replay"):
        raise UsageError("--record and --replay exclude each other")
    settings = _read(given)
    if settings.model is None:
        raise UsageError("no model name: give --model, set EXTRACT_MODEL, or model in [tool.extractor]")
    if settings.budget and settings.record and not {"max_completion_tokens", "max_tokens"} & settings.parameters.keys():
        raise UsageError(
            "--budget and --record together need max_completion_tokens in [tool.extractor.parameters]: the budget would "
            "otherwise change the requests that are recorded"
        )
    _ = settings.source
    return settings


def store_folder(given: Path | None) -> Path:
    """The folder of the command's store: the one given, else the one that environment or files name, else
    ``DEFAULT_STORE``. Raises UsageError."""
    return given or _read({}).store or DEFAULT_STORE


def _read(given: dict[str, Any]) -> Settings:
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors(include_input=False)
        )
        raise UsageError(
            f"a setting is wrong ({wrong}); look in extractor.toml, [tool.extractor] of pyproject.toml, the environment "
            "(EXTRACT_*, OPENAI_*) and the options given"
        ) from None
    except ValueError as error:  # a settings file that is no TOML
        raise UsageError(f"pyproject.toml or extractor.toml in this folder is not valid TOML ({error})") from None
