# syntax=docker/dockerfile:1
# Lineal's image: server, web UI, watcher and command line in one. For several platforms:
#   docker buildx build --platform linux/amd64,linux/arm64 --tag REGISTRY/lineal:TAG --push .
# `make release` does that too, and gives the labels their version and commit.
# The package is pure Python, so the wheel is built once, on the builder's own platform.
# With --build-arg MYSQLCLIENT=1 the image has the compiled driver for MySQL, whose licence is the GPL: whoever gives such an
# image to others has to keep the terms of the GPL (docs/decisions/0037-a-compiled-driver-for-mysql.md).
# A mirror of the base image: --build-arg BASE=REGISTRY/python:3.12-slim.
ARG PYTHON=3.12
ARG BASE=python:${PYTHON}-slim

FROM --platform=$BUILDPLATFORM ${BASE} AS wheel
WORKDIR /source
COPY . .
# The documentation comes from the checkout if it was built there (`make site`, as `make release` does).
RUN if [ ! -f src/lineal/site/static/index.html ]; then \
        python -m venv /tmp/site \
        && /tmp/site/bin/pip install --no-cache-dir --requirement constraints-site.txt \
        && PYTHONPATH=src /tmp/site/bin/sphinx-build -b html -q -d /tmp/doctrees docs src/lineal/site/static; \
    fi
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM ${BASE} AS environment
# What is installed besides the package: compiled drivers where their licences let everybody pass the image on, the
# native engine of gRPC (used only with --grpc-engine native), and traces.
ARG EXTRAS=server,mysql,postgresql,watch,oidc,objects,otel,native
ARG MYSQLCLIENT=0
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /wheels /wheels
# Versions of Debian's packages are not pinned: its mirrors keep only the newest, so a pinned one would soon be gone.
# hadolint ignore=DL3008
RUN python -m venv /opt/lineal \
    && /opt/lineal/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt \
        "$(ls /wheels/lineal-*.whl)[${EXTRAS}]" \
    && if [ "$MYSQLCLIENT" = 1 ]; then \
        apt-get update -q \
        && apt-get install -qy --no-install-recommends gcc libc6-dev libmariadb-dev pkg-config \
        && /opt/lineal/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt mysqlclient; \
    fi \
    && /opt/lineal/bin/python -m compileall -q /opt/lineal/lib

FROM ${BASE}
ARG MYSQLCLIENT=0
# hadolint ignore=DL3008
RUN if [ "$MYSQLCLIENT" = 1 ]; then \
        apt-get update -q \
        && apt-get install -qy --no-install-recommends libmariadb3 \
        && rm -rf /var/lib/apt/lists/*; \
    fi
COPY --from=environment /opt/lineal /opt/lineal
# Manifests of the official server start it by this path.
RUN install -d -o 10001 -g 10001 /var/lib/lineal \
    && ln -s /opt/lineal/bin/metadata_store_server /bin/metadata_store_server
ENV PATH=/opt/lineal/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME /var/lib/lineal
EXPOSE 8080 8081 8082
# A server or a watcher on its usual port. Kubernetes asks by its own probes instead.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["lineal", "health"]
ENTRYPOINT ["lineal"]
# With this default, everybody who can reach the ports can call, unencrypted. Publish them only where you want that, or give
# other arguments (`serve ... --auth token --tls-cert FILE --tls-key FILE`), as the manifests in deploy/ do.
CMD ["serve", "--db", "sqlite:////var/lib/lineal/metadata.db", "--host", "0.0.0.0", "--insecure"]
# Last, because they change with every commit.
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Lineal" \
      org.opencontainers.image.description="The record of lineage for machine learning: a metadata service, its client and the Kubeflow Metadata SDK." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.vendor="The Lineal developers"
