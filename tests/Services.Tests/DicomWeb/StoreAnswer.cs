using System.Net;
using System.Text.Json.Nodes;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>The answer to a Store request, and what it says of each instance.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="Body">The Store Instances Response Module, or problem details.</param>
/// <param name="Outcomes">"stored UID", "A900 UID" from the Failed SOP Sequence, "C000" from the Other Failures Sequence; ordered.</param>
/// <param name="Sentences">The sentence of each failure; of problem details the one sentence.</param>
internal sealed record StoreAnswer(HttpStatusCode Status, JsonNode Body, IReadOnlyList<string> Outcomes, IReadOnlyList<string> Sentences)
{
    public static async Task<StoreAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
            return new StoreAnswer(response.StatusCode, body, [$"{body["code"]}"], [$"{body["detail"]}"]);
        Assert.Equal("application/dicom+json", response.Content.Headers.ContentType?.MediaType);
        var failed = Items(body, "00081198").Concat(Items(body, "0008119A")).ToList();
        return new StoreAnswer(
            response.StatusCode,
            body,
            [
                .. Items(body, "00081199").Select(item => $"stored {Value(item, "00081155")}").Order(StringComparer.Ordinal),
                .. failed.Select(item => $"{(int)Value(item, "00081197")!:X4} {Value(item, "00081155")}".TrimEnd()),
            ],
            [.. failed.Select(item => $"{Value(item["00741048"]!["Value"]![0]!, "00000902")}")]);
    }

    public static IEnumerable<JsonNode> Items(JsonNode body, string tag) => body[tag]?["Value"]?.AsArray().Select(item => item!) ?? [];

    public static JsonNode? Value(JsonNode item, string tag) => item[tag]?["Value"]?[0];
}
