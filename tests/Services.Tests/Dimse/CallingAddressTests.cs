using System.Diagnostics;

namespace MedCloud.Services.Tests.Dimse;

/// <summary>Rejections as DCMTK sees them.</summary>
public sealed class CallingAddressTests
{
    [Theory]
    [InlineData("10.1.0.0/16", "MODALITY1", "No Reason")]
    [InlineData("127.0.0.1", "STRANGER", "Calling AE Title Not Recognized")]
    [InlineData("127.0.0.0/8", "MODALITY1", null)]
    public async Task OnlyListedAddressesAndTitlesAreAdmitted(string network, string title, string? reason)
    {
        await using var host = await DimseHost.StartAsync(("MedCloud:Dimse:CallingAddresses:0", network), ("MedCloud:Dimse:CallingAeTitles:0", "MODALITY1"));
        using var echo = Process.Start(new ProcessStartInfo("echoscu", ["-v", "-aet", title, "-aec", "MEDCLOUD", "127.0.0.1", $"{host.EndPoint.Port}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await echo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await echo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await echo.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(reason is null, echo.ExitCode == 0);
        if (reason is not null)
            Assert.Contains(reason, output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(reason == "No Reason", host.Log.Any(line => line.Contains("MedCloud:Dimse:CallingAddresses", StringComparison.Ordinal)));
    }
}
