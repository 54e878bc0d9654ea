# One image, three commands: goroscope collect, streams, sink (and topics, replay, …).
#
#   docker build -t goroscope:0.1.0 .                      builds goroscope in the image: needs nothing but Docker
#   docker build -t goroscope:0.1.0 --target prebuilt .    takes what ./goroscope build has made: seconds
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS runtime
RUN apt-get update && apt-get install -y --no-install-recommends \
      openjdk-17-jre-headless libbpf1 libcapstone4 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home goroscope
# The collector needs root's rights for some of its capabilities (docker-compose.yml says user: root for it alone);
# everything else runs as this user. Nothing is written but below /tmp.
USER 10001
ENTRYPOINT ["/opt/goroscope/goroscope"]
CMD ["help"]

FROM runtime AS prebuilt
COPY goroscope target/dist/ /opt/goroscope/

FROM ${BASE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      openjdk-17-jdk-headless maven make clang libbpf-dev libbpf1 linux-libc-dev libcapstone4 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN ./goroscope build

FROM runtime AS goroscope
COPY --from=build /src/goroscope /src/target/dist/ /opt/goroscope/
