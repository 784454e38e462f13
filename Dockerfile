# Built in the folder of an unpacked archive, where the program is, and nowhere else:
#   docker build --tag licence-server .
#   docker run --read-only --volume seats:/data --publish 127.0.0.1:8080:8080 licence-server
# There is no shell in it, and no other file. Commands: docker exec NAME /licence-server user list
FROM scratch
COPY --chown=65532:65532 data/ /data/
COPY licence-server /licence-server
USER 65532:65532
ENV LICENCE_DATA=/data/site \
    LICENCE_SERVER_LISTEN=0.0.0.0:8080 \
    LICENCE_SERVER_PUBLIC_URL=http://localhost:8080
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/licence-server", "healthcheck"]
ENTRYPOINT ["/licence-server"]
CMD ["serve"]
