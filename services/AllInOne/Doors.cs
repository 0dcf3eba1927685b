using System.Net;

namespace MedCloud.AllInOne;

/// <summary>Where the doors are open.</summary>
internal sealed record Doors(IPAddress Address, int Http, int Grpc, int Dimse, string AeTitle)
{
    public string HttpUrl => $"http://{new IPEndPoint(Address, Http)}";

    public string GrpcUrl => $"http://{new IPEndPoint(Address, Grpc)}";

    /// <summary>The line on stdout that says that every door is open and every model warm.</summary>
    public string ReadyLine => $"ready http={HttpUrl} grpc={GrpcUrl} dimse={AeTitle}@{new IPEndPoint(Address, Dimse)}";
}
