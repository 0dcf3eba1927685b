# syntax=docker/dockerfile:1
# Any service, on CPU; from the repository's root:
#   docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=Ingest -t medcloud/ingest:0.1.0 .
# SERVICE is Ingest, InferenceWorker, Results or Portal.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG SERVICE
WORKDIR /source
COPY . .
# The packages stay in the builder's cache, so that a change of the sources downloads nothing.
RUN --mount=type=cache,target=/root/.nuget/packages \
    project="$(find services -name "${SERVICE}.csproj")" \
    && dotnet restore "$project" --locked-mode \
    && dotnet publish "$project" -c Release --no-restore -o /app \
    # Native libraries of other systems: of ONNX Runtime alone more than 300 MB.
    && if [ -d /app/runtimes ]; then find /app/runtimes -mindepth 1 -maxdepth 1 ! -name 'linux*' ! -name unix -exec rm -rf {} +; fi \
    && ln -s "MedCloud.${SERVICE}" /app/medcloud

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG SERVICE
# The libraries that decode JPEG-LS and JPEG 2000, where frames are decoded.
RUN case "${SERVICE}" in InferenceWorker|Results) \
        apt-get update \
        && apt-get install -y --no-install-recommends libcharls2 libopenjp2-7 \
        && rm -rf /var/lib/apt/lists/* ;; \
    esac
COPY --from=build /app /app
WORKDIR /app
# The image's ports would only be reported as overridden.
ENV ASPNETCORE_HTTP_PORTS= MedCloud__Doors__Bind=0.0.0.0
USER $APP_UID
ENTRYPOINT ["/app/medcloud"]
