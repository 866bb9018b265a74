# Builds one static program and puts it, with nothing around it but certificates
# and a wget for the health check, into an empty image.

FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY app app
COPY models models
COPY handlers handlers
COPY views views
COPY static static
ARG VERSION=dev
# timetzdata: members' time zones, which an empty image does not have.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
      -ldflags "-s -w -X main.version=${VERSION}" -o /out/colloquy ./app \
 && mkdir -p /out/data /out/tmp && chmod 0700 /out/data && chmod 1777 /out/tmp

# The musl variant is linked statically: its wget runs without a libc beside it.
FROM busybox:1.37-musl AS busybox

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=busybox /bin/busybox /bin/wget
COPY --from=build /out/tmp /tmp
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/colloquy /colloquy

USER 65532:65532
ENV COLLOQUY_ADDR=0.0.0.0:8080 \
    COLLOQUY_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=60s --retries=3 \
  CMD ["/bin/wget", "-q", "-T", "3", "-O", "/dev/null", "http://127.0.0.1:9090/readyz"]
ENTRYPOINT ["/colloquy"]
CMD ["serve"]
