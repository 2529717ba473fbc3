# syntax=docker/dockerfile:1

# The headless server: `harness serve` with its web interface, the Claude CLI that the product is tested with, and the
# programs its walls are made of. How to run it: docker-compose.yml and docs/DEPLOYMENT.md.

FROM node:22-bookworm-slim AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=optional
# The pinned CLI, as `npm start` puts it beside the program.
RUN case "$(uname -m)" in \
      x86_64) platform=linux-x64 ;; \
      aarch64) platform=linux-arm64 ;; \
      *) echo "There is no Claude CLI for $(uname -m)." >&2; exit 1 ;; \
    esac \
    && install -D -m 0755 "node_modules/@anthropic-ai/claude-code-$platform/claude" /out/auto-agent-harness-claude
COPY index.html tsconfig.json vite.config.ts ./
COPY icons icons
COPY src src
RUN npm run build:ui

FROM rust:1-bookworm AS program
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY prompts prompts
COPY src-tauri src-tauri
COPY tests tests
# The web interface becomes part of the program.
COPY --from=pages /build/dist dist
RUN cargo build --release --locked -p harness-cli --bin harness

FROM node:22-bookworm-slim
# git: every finished feature is a commit. bubblewrap and socat: the walls, and the way out through them.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap ca-certificates curl git procps socat tini \
    && rm -rf /var/lib/apt/lists/* \
    && userdel --remove node \
    && useradd --uid 1000 --create-home --shell /bin/bash harness \
    && install -d -o harness -g harness -m 0700 /data \
    && install -d -o harness -g harness /projects
COPY --from=program /build/target/release/harness /usr/local/bin/
COPY --from=pages /out/auto-agent-harness-claude /usr/local/bin/
COPY LICENSE.md /usr/share/doc/auto-agent-harness/

# The data directory lies below the volume, not on it: `harness restore` replaces it as a whole.
ENV HARNESS_HOME=/data/harness \
    CLAUDE_CONFIG_DIR=/data/claude \
    ALLOWED_ROOT_DIRECTORY=/projects \
    HOST=0.0.0.0 \
    PORT=8888
USER 1000:1000
WORKDIR /data
VOLUME ["/data", "/projects"]
EXPOSE 8888
# By TLS, which the server speaks to others by itself, or without where a proxy does that for it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/bin/sh", "-c", "curl -fsSk -m 4 https://127.0.0.1:${PORT}/api/health || curl -fsS -m 4 http://127.0.0.1:${PORT}/api/health"]
# tini takes in the processes that agents leave behind.
ENTRYPOINT ["tini", "--", "harness"]
CMD ["serve"]
