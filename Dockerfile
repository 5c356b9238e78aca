# Python 3.11 on Debian 12, slim. Serves with the embedded defaults; mount a volume at /data to keep the store.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY pyproject.toml README.md LICENSE ./
COPY api api
COPY borrador_client borrador_client
COPY cases cases
COPY drafting drafting
COPY eval eval
COPY knowledge_base knowledge_base
COPY models models
COPY policies policies
RUN /app/.venv/bin/pip install --no-cache-dir --editable '.[postgresql]'

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home borrador && mkdir /data && chown borrador /data
WORKDIR /app
COPY --from=build /app /app
ENV BORRADOR_DATA_DIR=/data PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER borrador
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"
CMD ["borrador", "serve", "--host", "0.0.0.0", "--port", "8000"]
