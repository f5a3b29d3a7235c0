"""Who answers a model's name."""

from __future__ import annotations

from .chat_api import ChatServer
from .sending import Provider
from .settings import Settings


def provider_for(settings: Settings) -> Provider:
    """What sends requests for the model of the settings. Raises UsageError where its extra is not installed, or its file is
    none."""
    match settings.model_name.provider:
        case "anthropic":
            from .instructor_api import AnthropicServer

            return AnthropicServer(settings)
        case "google":
            from .instructor_api import GoogleServer

            return GoogleServer(settings)
        case "gguf":
            from .embedded import EmbeddedServer

            return EmbeddedServer(settings)
        case _:
            return ChatServer(settings)
