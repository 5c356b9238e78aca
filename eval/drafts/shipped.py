"""The shipped pipeline, built as the command line builds it."""

from api.settings import Settings
from api.wiring import build_pipeline
from eval.harness.subject import Places, Subject
from models.encoder import load_encoder


def shipped_subject() -> Subject:
    """Every engine loaded once, from the settings of the environment. Raises what ``build_pipeline`` raises."""
    settings = Settings()
    places = Places(
        policies=settings.policies_dir,
        heads=settings.heads_dir,
        encoder=settings.encoder,
        redaction_model=settings.redaction_model,
        knowledge_base=settings.knowledge_base_dir,
    )
    return Subject(
        build_pipeline(settings),
        places,
        lambda: load_encoder(settings.encoder, threads=settings.encoder_threads),
    )
