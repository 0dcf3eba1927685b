using System.Text.Json.Nodes;
using MedCloud.Contracts;
using MedCloud.Results.V1;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public sealed class JsonTests : IAsyncLifetime
{
    private readonly ResultsHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task AStudyIsSpelledAsTheDesignSays()
    {
        var stored = Stored(study: 1, instance: 1, models: [Lungs]) with { Stat = true, Study = new StudyAttributes { PatientName = "Doe^Jane" } };
        await host.SendAsync(stored, Detected(stored, RightLung));

        var study = await GetAsync($"/v1/studies/{StudyUid(1)}");

        var expected = $$"""
            {
              "studyInstanceUid": "{{StudyUid(1)}}",
              "state": "STUDY_STATE_COMPLETE",
              "priority": "STUDY_PRIORITY_STAT",
              "patientId": "",
              "patientName": "Doe^Jane",
              "patientBirthDate": "",
              "patientSex": "",
              "accessionNumber": "",
              "studyDate": "",
              "studyTime": "",
              "studyDescription": "",
              "referringPhysicianName": "",
              "modalities": ["DX"],
              "seriesCount": 1,
              "instanceCount": 1,
              "firstReceivedAt": "2026-03-02T08:00:01Z",
              "lastReceivedAt": "2026-03-02T08:00:01Z",
              "analyses": [
                {
                  "analysisId": "{{IdOf(1, Lungs)}}",
                  "seriesInstanceUid": "{{SeriesUid(1, 1)}}",
                  "sopInstanceUid": "{{SopUid(1)}}",
                  "instanceCount": 1,
                  "modelName": "cxr-lungs",
                  "modelVersion": "1.0.0",
                  "modelDigest": "sha256:123",
                  "state": "ANALYSIS_STATE_COMPLETED",
                  "classifications": [],
                  "detections": [
                    {
                      "findingId": "{{FindingId.Create(IdOf(1, Lungs), "3341006", 0)}}",
                      "code": "3341006",
                      "display": "Right lung",
                      "score": 0.98,
                      "box": { "xMin": 0.125, "yMin": 0.25, "xMax": 0.4375, "yMax": 0.75 }
                    }
                  ],
                  "executionProvider": "CPUExecutionProvider",
                  "timings": {
                    "receivedAt": "2026-03-02T08:00:01Z",
                    "queuedAt": "2026-03-02T08:00:01.005Z",
                    "startedAt": "2026-03-02T08:00:01.025Z",
                    "completedAt": "2026-03-02T08:00:01.125Z",
                    "prepareMs": 12.5,
                    "deviceMs": 80.25,
                    "batchSize": 4
                  }
                }
              ]
            }
            """;
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), study.ToJsonString());
    }

    [Fact]
    public async Task ARefusalHasItsReason()
    {
        await host.SendAsync(Stored(study: 1, instance: 1, models: [Lungs]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality MR is not one of CR, DX"));

        var analysis = (await GetAsync($"/v1/studies/{StudyUid(1)}"))["analyses"]![0]!;

        Assert.Equal("ANALYSIS_STATE_REFUSED", (string?)analysis["state"]);
        Assert.Equal("""{"code":"REASON_CODE_OUT_OF_SCOPE_MODALITY","text":"Modality MR is not one of CR, DX"}""", analysis["reason"]!.ToJsonString());
    }

    [Fact]
    public async Task AListIsWalkedByItsPageToken()
    {
        await host.SendAsync(Stored(study: 1, instance: 1), Stored(study: 2, instance: 2), Stored(study: 3, instance: 3));

        var first = await GetAsync("/v1/studies?pageSize=2");
        var last = await GetAsync($"/v1/studies?pageSize=2&pageToken={first["nextPageToken"]}");

        Assert.Equal([StudyUid(3), StudyUid(2)], first["studies"]!.AsArray().Select(study => (string?)study!["studyInstanceUid"]));
        Assert.Equal([StudyUid(1)], last["studies"]!.AsArray().Select(study => (string?)study!["studyInstanceUid"]));
        Assert.Equal("", (string?)last["nextPageToken"]);
    }

    [Fact]
    public async Task AnEmptyListHasItsMembers() => Assert.Equal("""{"studies":[],"nextPageToken":""}""", (await GetAsync("/v1/studies")).ToJsonString());

    [Theory]
    [InlineData("pageSize=&pageToken=&state=&priority=&modality=&patientId=&accessionNumber=&studyDateFrom=&studyDateTo=")]
    [InlineData("page_size=1&state=STUDY_STATE_COMPLETE&studyDateFrom=2026-03-01&studyDateTo=20260301&patientId=P1")]
    public async Task EmptyParametersAndBothSpellingsAreUnderstood(string query)
    {
        await host.SendAsync(Stored(study: 1, instance: 1));

        var list = await GetAsync($"/v1/studies?{query}");

        Assert.Single(list["studies"]!.AsArray());
    }

    private async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await host.Json.GetStringAsync(path, TestContext.Current.CancellationToken))!;
}
