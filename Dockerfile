# The two images of the pair in docker-compose.yml (docs/docker.md):
#   docker build --target controller -t bgp-lb .
#   docker build --target gobgpd -t bgp-lb-gobgpd --build-arg GOBGPD_SUITE=trixie-backports .

# What is in package.json; test/compose/files.test.ts compares.
ARG VERSION=0.1.0

FROM debian:bookworm-slim AS base
# tini, because node and gobgpd as process 1 would not reap what an exec check leaves behind. The user, group and directory are in both
# images, so that the volume of the API's socket is the same whichever of the two containers is the first to use it. The group may write
# there: a gobgpd that listens on port 179 is root without any right but the group's.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && groupadd --gid 64179 gobgp && useradd --uid 64179 --gid gobgp --no-create-home --home-dir /run/gobgp --shell /usr/sbin/nologin gobgp \
 && install -d -o gobgp -g gobgp -m 0770 /run/gobgp
STOPSIGNAL SIGTERM

FROM debian:bookworm-slim AS gobgpd-package
# bookworm: 3.10, trixie: 3.36, trixie-backports: 4.8. They need nothing but a C library as old as bookworm's. The suite comes from the
# mirror that the base image uses already, in either format of apt's sources.
ARG GOBGPD_SUITE=bookworm
RUN mirror=$(sed -nE 's,^(URIs:|deb)( +\[[^]]*\])? +(https?://[^ ]+/debian)/?( .*)?$,\3,p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1) \
 && echo "deb $mirror $GOBGPD_SUITE main" > /etc/apt/sources.list.d/gobgpd.list \
 && apt-get update && cd /tmp && apt-get download "gobgpd/$GOBGPD_SUITE" && dpkg-deb -x gobgpd_*.deb /package

FROM base AS gobgpd
COPY --from=gobgpd-package /package/usr/bin/gobgpd /package/usr/bin/gobgp /usr/bin/
COPY packaging/docker/start-gobgpd /usr/local/bin/
USER gobgp
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/start-gobgpd"]
# Answered before anybody has started BGP as well.
HEALTHCHECK --interval=15s --timeout=10s --start-period=10s --retries=3 \
  CMD ["/usr/bin/gobgp", "--target", "unix:///run/gobgp/api.sock", "global"]
ARG VERSION
ARG GOBGPD_SUITE=bookworm
LABEL org.opencontainers.image.title="bgp-lb-gobgpd" \
      org.opencontainers.image.description="gobgpd of Debian $GOBGPD_SUITE, for bgp-lb" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM node:24-bookworm-slim AS build
WORKDIR /build
# Empty: the registry of npm's own configuration.
ARG NPM_CONFIG_REGISTRY
COPY package.json package-lock.json ./
# No scripts: only the package `node` has one that matters, and this image is Node.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json
COPY lab/bundle-main.ts lab/
COPY proto proto
COPY assets assets
# One file starts three times as fast as hundreds of modules, and needs no node_modules beside it.
RUN node lab/bundle-main.ts /opt/bgp-lb && chmod 755 /opt/bgp-lb/dist/bundle/main.mjs

FROM base AS controller
# ping is copied to lose its file capability: with it, it cannot even be started in a container without NET_RAW, where it may need none.
RUN apt-get update && apt-get install -y --no-install-recommends iproute2 ipvsadm iputils-ping ca-certificates libstdc++6 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 && cp /bin/ping /bin/ping.bare && mv /bin/ping.bare /bin/ping \
 && install -d -m 0750 /run/bgp-lb /etc/bgp-lb \
 && useradd --uid 64180 --gid gobgp --no-create-home --home-dir /run/bgp-lb-guard --shell /usr/sbin/nologin bgp-lb-guard \
 && install -d -o bgp-lb-guard -g gobgp -m 0770 /run/bgp-lb-guard \
 && ln -s /opt/bgp-lb/dist/bundle/main.mjs /usr/local/bin/bgp-lb
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /opt/bgp-lb /opt/bgp-lb
# The guard is the same image with another command, as user 64180. The controller is root, because Docker gives NET_ADMIN to no other user (it never sets ambient capabilities); docker-compose.yml takes all else away.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/node", "/opt/bgp-lb/dist/bundle/main.mjs"]
CMD ["run", "-config", "/etc/bgp-lb/config.json", "-ipvs-setup", "-state-dir", "/run/bgp-lb", "-gobgp-address", "unix:///run/gobgp/api.sock"]
# The time is for the start of a Node on a host that has other things to do.
HEALTHCHECK --interval=15s --timeout=30s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/node", "/opt/bgp-lb/dist/bundle/main.mjs", "health"]
ARG VERSION
LABEL org.opencontainers.image.title="bgp-lb" \
      org.opencontainers.image.description="Turns a Linux host into a node of a BGP-multipath load balancer" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="MIT"
