# syntax=docker/dockerfile:1
# One image for migrate, api and worker. The command says which (docker-compose.yml).

# Pinned by version. A digest pins the bytes too: ask for it with
#   docker buildx imagetools inspect python:3.13.12-slim-trixie
# and put it behind the tag as @sha256:… in both stages below.
# 3.13.12 is the first 3.13 with both mail-header fixes (CVE-2024-6923, CVE-2026-1299).
FROM python:3.13.12-slim-trixie AS build
WORKDIR /app

# First what changes seldom: the libraries, in an environment that has no pip of its own.
COPY requirements/server.lock /build/server.lock
RUN python -m venv --without-pip /opt/pakhuis \
 && python -m pip --python /opt/pakhuis/bin/python install \
    --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r /build/server.lock

# One line per room. `embedded` stays out: a production machine has real servers.
COPY orders/ /app/orders/
COPY workflows/ /app/workflows/
COPY db/ /app/db/
COPY mails/ /app/mails/
COPY documents/ /app/documents/
COPY activities/ /app/activities/
COPY starter/ /app/starter/
COPY desk/ /app/desk/
COPY worker.py /app/worker.py
# The root file system is read-only when it runs, so Python's own cache is made now.
RUN /opt/pakhuis/bin/python -m compileall -q /app /opt/pakhuis/lib


FROM python:3.13.12-slim-trixie
# Nothing is installed into a running container.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore pip \
 && printf '#!/bin/sh\nexec python -m starter.cli "$@"\n' > /usr/local/bin/pakhuis && chmod 755 /usr/local/bin/pakhuis \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pakhuis
COPY --from=build /opt/pakhuis /opt/pakhuis
COPY --from=build /app /app

ENV PATH=/opt/pakhuis/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER pakhuis:pakhuis
EXPOSE 8080
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]

ENTRYPOINT ["python", "-m", "starter.cli"]
# All addresses of the container; docker-compose.yml publishes the port on 127.0.0.1 only.
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
