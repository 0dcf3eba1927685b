# syntax=docker/dockerfile:1
# The worker with CUDA; from the repository's root:
#   docker build -f deploy/docker/worker-gpu.Dockerfile -t medcloud/inferenceworker:0.1.0-gpu .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet restore services/InferenceWorker -p:OrtFlavor=gpu --locked-mode \
    && dotnet publish services/InferenceWorker -p:OrtFlavor=gpu -c Release --no-restore -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime

FROM nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04
# What the .NET image has and CUDA's has not, and the libraries that decode JPEG-LS and JPEG 2000.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata libcharls2 libopenjp2-7 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /app /app
WORKDIR /app
ENV DOTNET_ROOT=/usr/share/dotnet MedCloud__Doors__Bind=0.0.0.0 MedCloud__Inference__Providers__0=CUDAExecutionProvider
USER 1654
ENTRYPOINT ["/app/MedCloud.InferenceWorker"]
