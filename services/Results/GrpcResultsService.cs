using Google.Api;
using Google.Protobuf;
using Grpc.Core;
using MedCloud.Hosting;
using MedCloud.ModelCatalogue;
using MedCloud.Results.Database;
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
        var analysis = await FindAnalysisAsync(request.AnalysisId, context.CancellationToken);
        return Picture(await renderer.RenderAsync(analysis, map: null, context.CancellationToken));
    }

    public override async Task<Explanation> GetExplanation(GetExplanationRequest request, ServerCallContext context)
    {
        var analysis = await FindAnalysisAsync(request.AnalysisId, context.CancellationToken);
        var maps = await FindMapsAsync(analysis, context.CancellationToken);
        return new Explanation
        {
            AnalysisId = analysis.Id.ToString(),
            Method = maps[0].Method,
            Maps = { maps.Select(map => new ExplanationMap { Code = map.Code, Display = map.Display, Rows = map.Rows, Columns = map.Columns, Values = { map.Values } }) },
        };
    }

    public override async Task<HttpBody> RenderExplanation(RenderExplanationRequest request, ServerCallContext context)
    {
        var analysis = await FindAnalysisAsync(request.AnalysisId, context.CancellationToken);
        var maps = await FindMapsAsync(analysis, context.CancellationToken);
        var map = request.Code.Length == 0
            ? maps[0]
            : maps.Find(each => each.Code == request.Code) ?? throw Error(ErrorCode.InvalidArgument, $"code must be one of {string.Join(", ", maps.Select(each => each.Code))}");
        return Picture(await renderer.RenderAsync(analysis, map, context.CancellationToken));
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

    private async Task<AnalysisRow> FindAnalysisAsync(string analysisId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(analysisId, out var id))
            throw Error(ErrorCode.InvalidArgument, "analysisId must be a UUID");
        return await studies.FindAnalysisAsync(id, cancellationToken)
            ?? throw Error(ErrorCode.NotFound, "no analysis has this id");
    }

    /// <summary>At least one.</summary>
    private async Task<List<MapRow>> FindMapsAsync(AnalysisRow analysis, CancellationToken cancellationToken)
    {
        if (analysis.State != AnalysisState.Completed)
            throw Error(ErrorCode.NotExplained, "the analysis is not completed");
        if (analysis.Instance is not { IsCurrent: true })
            throw Error(ErrorCode.NotExplained, "a later revision of the image has taken its place");
        var maps = await studies.FindMapsAsync(analysis.Id, cancellationToken);
        return maps.Count > 0 ? maps : throw Error(ErrorCode.NotExplained, "no explanation was made: nothing was found, or the model has none");
    }

    private static HttpBody Picture(RenderOutcome outcome) => outcome switch
    {
        RenderOutcome.Rendered rendered => new HttpBody { ContentType = "image/png", Data = UnsafeByteOperations.UnsafeWrap(rendered.Png) },
        RenderOutcome.NotDrawable notDrawable => throw Error(ErrorCode.NotDrawable, notDrawable.Sentence),
        RenderOutcome.Unavailable => throw Error(ErrorCode.OutOfResources, "the image store is away; try again later"),
        var other => throw new InvalidOperationException($"unknown outcome {other.GetType()}"),
    };

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
