using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using MedCloud.Results.V1;

namespace MedCloud.Services.Tests.Results;

public sealed class RequestFaultTests(ResultsHost host) : IClassFixture<ResultsHost>
{
    public static TheoryData<ListStudiesRequest, string> Faults => new()
    {
        { new ListStudiesRequest { PageSize = -1 }, "pageSize" },
        { new ListStudiesRequest { PageSize = 201 }, "pageSize" },
        { new ListStudiesRequest { PageToken = "!" }, "pageToken" },
        { new ListStudiesRequest { State = (StudyState)99 }, "state" },
        { new ListStudiesRequest { Priority = (StudyPriority)(-1) }, "priority" },
        { new ListStudiesRequest { StudyDateFrom = "20261301" }, "studyDateFrom" },
        { new ListStudiesRequest { StudyDateTo = "x" }, "studyDateTo" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ABadFieldIsInvalidArgumentWithItsName(ListStudiesRequest request, string field)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => host.ListAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.StartsWith($"{field} must", error.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pageSize=201", "pageSize")]
    [InlineData("pageSize=-1", "pageSize")]
    [InlineData("pageSize=many", "pageSize")]
    [InlineData("pageSize=99999999999", "pageSize")]
    [InlineData("pageToken=abc", "pageToken")]
    [InlineData("pageToken=AQAAAAAAAAAA____________AA", "pageToken")]
    [InlineData("state=FOO", "state")]
    [InlineData("state=complete", "state")]
    [InlineData("state=17", "state")]
    [InlineData("state=STUDY_STATE_COMPLETE&state=STUDY_STATE_FAILED", "state")]
    [InlineData("priority=urgent", "priority")]
    [InlineData("priority=9", "priority")]
    [InlineData("studyDateFrom=yesterday", "studyDateFrom")]
    [InlineData("studyDateFrom=20260230", "studyDateFrom")]
    [InlineData("studyDateTo=2026-3-1", "studyDateTo")]
    [InlineData("patientID=7", "patientID")]
    public async Task ABadValueIs400WithTheFieldsName(string query, string field)
    {
        using var answer = await host.Json.GetAsync($"/v1/studies?{query}", TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode}: {body}");
        var error = JsonNode.Parse(body)!;
        Assert.Equal(3, (int?)error["code"]);
        Assert.Matches($@"\b{field}\b", (string?)error["message"]);
    }

    [Theory]
    [InlineData("/v1/studies/1.2.3")]
    [InlineData("/v1/studies/not-a-uid")]
    [InlineData("/v1/models/cxr-pneumonia/versions/9.9.9")]
    [InlineData("/v1/analyses/00000000-0000-0000-0000-000000000000/rendered.png")]
    [InlineData("/v1/analyses/00000000-0000-0000-0000-000000000000/explanation")]
    [InlineData("/v1/analyses/00000000-0000-0000-0000-000000000000/explanation.png")]
    public async Task WhatIsNotThereIs404(string path)
    {
        using var answer = await host.Json.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(5, (int?)error["code"]);
    }

    [Theory]
    [InlineData("rendered.png")]
    [InlineData("explanation")]
    [InlineData("explanation.png")]
    public async Task AnAnalysisIdThatIsNoUuidIs400(string what)
    {
        using var answer = await host.Json.GetAsync($"/v1/analyses/17/{what}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("analysisId", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
