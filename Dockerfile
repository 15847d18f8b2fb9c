# The server as an image: TypeScript run directly by Node, no build step, nothing of development inside.
ARG BASE=node:24-slim

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${BASE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=sqlite:/data/imprimatur.db
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE app.yml ./
COPY src ./src
# The command line, as `docker exec <container> imprimatur status`.
RUN chmod 0755 /app/src/cli.ts && ln -s /app/src/cli.ts /usr/local/bin/imprimatur
# By number: a base image need not know a user called node, and Kubernetes can prove that a number is not root.
RUN mkdir -p /data && chown 1000:1000 /data && chmod 0700 /data
USER 1000:1000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The flags keep memory low; npm start has the same ones.
CMD ["node", "--max-semi-space-size=1", "--heap-growing-percent=5", "--v8-pool-size=1", "src/main.ts"]
