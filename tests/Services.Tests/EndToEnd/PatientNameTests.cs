using MedCloud.Dicom;
using MedCloud.Services.Tests.Ingest;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class PatientNameTests(Servers servers)
{
    /// <summary>A name in the sender's character set, through STOW, database and event, comes out as UTF-8.</summary>
    [Theory]
    [InlineData(Configuration.OneProcess)]
    [InlineData(Configuration.Cluster)]
    public async Task NamesInEveryScriptAreShownInTheStudy(Configuration configuration)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var product = await servers.ProductAsync(configuration);
        using var client = new ProductClient(product.HttpUrl);
        (string CharacterSet, string Bytes, string Name)[] patients =
        [
            // PS3.5 annexes H.3.1, I.2 and J.2; the first without its phonetic group
            ("\\ISO 2022 IR 87", "59616D6164615E5461726F753D1B24423B3345441B28425E1B244242404F3A1B2842", "Yamada^Tarou=山田^太郎"),
            ("\\ISO 2022 IR 149", "486F6E675E47696C646F6E673D1B242943FBF35E1B242943D1CED4D7", "Hong^Gildong=洪^吉洞"),
            ("GB18030", "57616E675E5869616F446F6E673DCDF55ED0A1B6AB", "Wang^XiaoDong=王^小东"),
            ("ISO_IR 144", "BBEEDA6365DCD17970D3", "Люкceмбypг"),
        ];

        foreach (var (characterSet, bytes, name) in patients)
        {
            var instance = new SampleObject { PatientName = "" };
            var dataSet = instance.ToDataSet();
            dataSet.Set(DicomTags.SpecificCharacterSet, characterSet);
            dataSet.Set(new DicomElement(DicomTags.PatientName, Vr.PN, Convert.FromHexString(bytes)));
            byte[] file = [.. SampleObject.MetaBytes(instance.SopClassUid, instance.SopInstanceUid), .. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian)];

            Assert.Equal(200, (await client.StowAsync(file, cancellationToken: cancellationToken)).Status);
            var study = await client.FinishedStudyAsync(instance.StudyInstanceUid, 0, cancellationToken);
            Assert.Equal(name, (string?)study["patientName"]);
        }
    }
}
