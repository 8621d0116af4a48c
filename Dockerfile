FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY sdk/package.json sdk/
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY sdk ./sdk
COPY pages ./pages
RUN npm run build:server && npm prune --omit=dev
# onnxruntime-node brings every platform's library; only this one's can be loaded here.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} +

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 MODELS_DIR=/models DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY pages ./pages
COPY assets ./assets
COPY package.json LICENSE NOTICE ./
# A new named volume takes its owner from here, so that the user below may fill it.
RUN install -d -o node -g node /models && install -d -m 0700 -o node -g node /data
VOLUME ["/models", "/data"]
USER node
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
