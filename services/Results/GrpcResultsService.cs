using Google.Api;
using Google.Protobuf;
using Grpc.Core;
using MedCloud.Hosting;
using MedCloud.ModelCatalogue;
using MedCloud.Results.Reading;
using MedCloud.Results.Rendering;
using MedCloud.Results.V1;

namespace MedCloud.Results;

/// <summary>The door of Results; JSON arrives here too, transcoded.</summary>
internal sealed class GrpcResultsService(StudyReader studies, AnalysisRenderer renderer, Catalogue catalogue) : ResultsService.ResultsServiceBase
{
    public override async Task<Study> GetStudy(GetStudyRequest request, ServerCallContext context)
    {
        if (request.StudyInstanceUid.Length == 0)
            throw Error(ErrorCode.InvalidArgument, "studyInstanceUid is missing");
        return await studies.FindAsync(request.StudyInstanceUid, context.CancellationToken)
            ?? throw Error(ErrorCode.NotFound, "no instance of this study is stored");
    }

    public override async Task<ListStudiesResponse> ListStudies(ListStudiesRequest request, ServerCallContext context)
    {
        if (!StudyListing.TryCreate(request, out var listing, out var fault))
            throw Error(ErrorCode.InvalidArgument, fault);
        return await studies.ListAsync(listing, context.CancellationToken);
    }

    public override async Task<HttpBody> RenderAnalysis(RenderAnalysisRequest request, ServerCallContext context)
    {
        if (!Guid.TryParse(request.AnalysisId, out var id))
            throw Error(ErrorCode.InvalidArgument, "analysisId must be a UUID");
        var analysis = await studies.FindAnalysisAsync(id, context.CancellationToken)
            ?? throw Error(ErrorCode.NotFound, "no analysis has this id");
        return await renderer.RenderAsync(analysis, context.CancellationToken) switch
        {
            RenderOutcome.Rendered rendered => new HttpBody { ContentType = "image/png", Data = UnsafeByteOperations.UnsafeWrap(rendered.Png) },
            RenderOutcome.NotDrawable notDrawable => throw Error(ErrorCode.NotDrawable, notDrawable.Sentence),
            RenderOutcome.Unavailable => throw Error(ErrorCode.OutOfResources, "the image store is away; try again later"),
            var other => throw new InvalidOperationException($"unknown outcome {other.GetType()}"),
        };
    }

    public override Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListModelsResponse { Models = { catalogue.Models.Select(Describe) } });

    public override Task<Model> GetModel(GetModelRequest request, ServerCallContext context)
    {
        var package = catalogue.Find(request.Name, request.Version)
            ?? throw Error(ErrorCode.NotFound, "no model of this name and version is in the catalogue");
        var model = Describe(package);
        model.Card = package.Card;
        return Task.FromResult(model);
    }

    private static RpcException Error(ErrorCode code, string sentence) => new(new Status(ErrorTable.Row(code).Grpc, sentence));

    private Model Describe(ModelPackage package) => new()
    {
        Name = package.Manifest.Name,
        Version = package.Manifest.Version,
        Digest = package.Digest,
        Task = package.Manifest.Task switch
        {
            ModelTask.Classification => "classification",
            ModelTask.Detection => "detection",
        },
        Labels = { Labels(package.Manifest) },
        Active = catalogue.Active.Contains(package),
    };

    private static IEnumerable<Label> Labels(ModelManifest manifest)
    {
        if (manifest.Classification is { } classification)
        {
            foreach (var label in classification.Heads.SelectMany(head => head.Labels))
                yield return new Label { Code = label.Code, Display = label.Display, Threshold = label.Threshold };
        }

        if (manifest.Detection is { } detection)
        {
            foreach (var label in detection.Labels)
                yield return new Label { Code = label.Code, Display = label.Display, Threshold = detection.ScoreThreshold };
        }
    }
}
