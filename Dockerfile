# One image, three commands: goroscope collect, streams, sink (and topics, replay, …).
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      openjdk-17-jdk-headless maven make clang libbpf-dev libbpf1 linux-libc-dev libcapstone4 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./goroscope build

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
      openjdk-17-jre-headless libbpf1 libcapstone4 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 goroscope
COPY --from=build /src/target/dist /opt/goroscope
COPY --from=build /src/goroscope /opt/goroscope/goroscope
# The collector needs root's capabilities; streams and sink run as this user.
USER goroscope
ENTRYPOINT ["/opt/goroscope/goroscope"]
CMD ["help"]
