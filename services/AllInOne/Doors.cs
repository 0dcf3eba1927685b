using System.Net;

namespace MedCloud.AllInOne;

/// <summary>Where the doors are open.</summary>
internal sealed record Doors(string HttpUrl, string GrpcUrl, IPAddress Address, int Dimse, string AeTitle);
