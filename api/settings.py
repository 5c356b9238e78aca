"""Settings from the environment (prefix ``BORRADOR_``). The defaults run offline, on this machine alone.

Secret keys are not among them: ``BORRADOR_VAULT_KEY`` and its like are read where they are used
(``cases/secret_keys.py``), so that no object holds them longer than needed.
"""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where things are and which engines run. Built once, at start; unsafe values stop the start."""

    model_config = SettingsConfigDict(env_prefix="BORRADOR_", frozen=True, extra="ignore")

    data_dir: Path = ROOT / "data"
    """Store, vault key, audit key and demo key. Not in git."""
    database_url: str | None = None
    """``postgresql+psycopg://…`` moves the store; None is SQLite under ``data_dir``."""
    policies_dir: Path = ROOT / "policies"
    knowledge_base_dir: Path = ROOT / "knowledge_base" / "answers"
    encoder: str = str(ROOT / "models" / "artifacts" / "encoder")
    """Folder of ours, or the name or folder of any sentence-transformers model."""
    redaction_model: str = str(ROOT / "models" / "artifacts" / "token_model")
    """Folder of ours, the name or folder of any transformers token-classification model, or ``patterns``."""
    knowledge_base_poll_s: float = Field(default=1.0, ge=0.05, le=3600)
    """Seconds between two looks at the files of approved answers; a withdrawal does not wait for it."""
    heads_dir: Path = ROOT / "models" / "artifacts" / "heads"
    llm_url: str | None = Field(default=None, repr=False)
    """OpenAI-compatible server with its ``/v1``, or ``transformers:NAME``; None: no language model. The key of the
    server is ``BORRADOR_LLM_API_KEY`` (docs/language-model.md)."""
    llm_model: str | None = None
    """What that server calls its model."""
    account: str = "demo"
    """Account of messages that name none."""
    encoder_threads: int = Field(default=1, ge=1, le=64)
    """Of one pass. One: a message's two networks run side by side, each on a core of its own, and with two threads
    each they wait for one another (`borrador bench` on two cores: 47 ms a draft against 54)."""
    draft_workers: int = Field(default=2, ge=1, le=64)
    """Messages and other texts in work at once; more wait. One a core: the work is computation, not waiting."""
    max_in_flight: int = Field(default=24, ge=1, le=10_000)
    """HTTP requests in work at once; more are answered 503 with ``Retry-After``. Under the 40 threads that do
    the work, so that a request let in finds a thread; over the workers, so that short bursts wait a little."""
    max_body_bytes: int = Field(default=256 * 1024, ge=1024)
    """Bytes of a request body; a larger one is refused with 413 before it is read whole."""
    webhooks_file: Path | None = None
    """Helpdesks that may call (docs/integrations.md); None: none may. Holds no secret, only their variables' names."""
    subscriptions_file: Path | None = None
    """Who is told of which events (docs/events-and-clocks.md); None: nobody, and events wait in the outbox."""
    results_dir: Path | None = None
    """Folder with a folder for each evaluation run that the console shows; None: ``results`` in the data folder."""
    otel_traces: bool = False
    """Send the steps of each case to an OpenTelemetry collector (extra ``otel``; docs/evidence-and-operations.md)."""
    create_demo_key: bool = True
    """At first start, with no key in the store, make one for the console and print it."""

    @field_validator("database_url")
    @classmethod
    def _supported_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("database_url must start with sqlite:/// or postgresql+psycopg://")
        return value

    @property
    def effective_database_url(self) -> str:
        """The store's URL: the one set, or SQLite under the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'borrador.sqlite3'}"

    @property
    def cache_dir(self) -> Path:
        """Vectors of approved texts, rebuilt when missing. Holds no customer text."""
        return self.data_dir / "cache"

    @property
    def effective_results_dir(self) -> Path:
        """Where evaluation runs are looked for: the folder set, or ``results`` under the data folder."""
        return self.results_dir or self.data_dir / "results"
