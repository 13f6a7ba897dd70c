# syntax=docker/dockerfile:1
# Lineal's image: server, web UI, watcher and command line in one. For several platforms:
#   docker buildx build --platform linux/amd64,linux/arm64 --tag REGISTRY/lineal:TAG --push .
# The package is pure Python, so the wheel is built once, on the builder's own platform.
# With --build-arg MYSQLCLIENT=1 the image has the compiled driver for MySQL, whose licence is the GPL: whoever gives such an
# image to others has to keep the terms of the GPL (docs/decisions/0037-a-compiled-driver-for-mysql.md).
ARG PYTHON=3.12

FROM --platform=$BUILDPLATFORM python:${PYTHON}-slim AS wheel
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON}-slim AS environment
ARG MYSQLCLIENT=0
COPY constraints.txt /tmp/constraints.txt
COPY --from=wheel /wheels /wheels
RUN python -m venv /opt/lineal \
    && /opt/lineal/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt \
        "$(ls /wheels/lineal-*.whl)[server,mysql,postgresql,watch,oidc,objects]" \
    && if [ "$MYSQLCLIENT" = 1 ]; then \
        apt-get update -q \
        && apt-get install -qy --no-install-recommends gcc libc6-dev libmariadb-dev pkg-config \
        && /opt/lineal/bin/pip install --no-cache-dir --constraint /tmp/constraints.txt mysqlclient; \
    fi \
    && /opt/lineal/bin/python -m compileall -q /opt/lineal/lib

FROM python:${PYTHON}-slim
ARG MYSQLCLIENT=0
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
ENTRYPOINT ["lineal"]
# With this default, everybody who can reach the ports can call, unencrypted. Publish them only where you want that, or give
# other arguments (`serve ... --auth token --tls-cert FILE --tls-key FILE`), as the manifests in deploy/ do.
CMD ["serve", "--db", "sqlite:////var/lib/lineal/metadata.db", "--host", "0.0.0.0", "--insecure"]
