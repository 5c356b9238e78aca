"""``borrador serve``: the API and the console."""

from typing import Annotated

import typer

from api.commands.options import KnowledgeBaseDir, PoliciesDir, load_settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    knowledge_base: KnowledgeBaseDir = None,
    policies: PoliciesDir = None,
) -> None:
    """Serve the API and the console until stopped."""
    import uvicorn  # these load every engine: commands that need none start at once

    from api.app import create_app
    from api.server import STOP_SECONDS, Server
    from api.service import Service
    from api.warm_up import warm_up

    settings = load_settings(knowledge_base=knowledge_base, policies=policies)
    typer.echo("Cargando modelos, políticas y respuestas (la primera vez tarda algo más)…")
    service = Service.open(settings)
    warm_up(service.pipeline, at_once=settings.draft_workers)
    token = service.demo_key() if settings.create_demo_key else None
    _greet(f"http://{host}:{port}", token)
    app = create_app(service, settings)

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    Server(config, before_stop=app.state.http.streams.close).run()


def _greet(url: str, token: str | None) -> None:
    """Tell a new user what to do next; with the demo key, if it is in force."""
    typer.echo(f"Borrador: API y consola en {url}  (documentación: {url}/docs)")
    if token is None:
        typer.echo(
            "Las claves ya existen; otra se crea con: borrador keys create --name NOMBRE --scope agent"
        )
        return
    typer.echo(f"Clave de demostración, para la consola y la API:\n  {token}")
    typer.echo("Pruébalo:")
    typer.echo(
        f"  curl -s {url}/v1/drafts -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' "
        '-d \'{"text": "¿Cada cuánto hay que volver a ponerse el protector solar?", "channel": "instagram"}\''
    )
