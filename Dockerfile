# One base for building and running. Any image with Node 26, npm and a shell will do.
ARG NODE_IMAGE=node:26-alpine

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No install scripts: the bundler needs none, and the image brings a Node of its own.
RUN npm ci --ignore-scripts
COPY scripts scripts
COPY src src
RUN node scripts/bundle.ts && mkdir state

# What is the same on every processor, apart, so that it can be built once for all of them (publish.yml). Compiled code fits the
# processor that it was built on; another one does without (adr/0019).
FROM scratch AS bundle
COPY --from=build /build/dist/ /opt/watchdog/
COPY --from=build /build/scripts/image-launcher /usr/local/bin/watchdog
COPY --from=build --chown=1000:1000 /build/state/ /var/lib/watchdog/

FROM ${NODE_IMAGE}
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="watchdog" \
      org.opencontainers.image.description="Watches an orchestrator, its containers and its host, and tells Telegram" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=bundle /opt/watchdog/ /opt/watchdog/
COPY --from=bundle /usr/local/bin/watchdog /usr/local/bin/watchdog
# A fresh named volume takes its owner from here.
COPY --from=bundle --chown=1000:1000 /var/lib/watchdog/ /var/lib/watchdog/
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 CMD ["watchdog", "health"]
ENTRYPOINT ["watchdog"]
CMD ["run"]
