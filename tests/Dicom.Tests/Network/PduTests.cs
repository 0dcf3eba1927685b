using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>PDUs byte by byte (PS3.8 9.3).</summary>
public sealed class PduTests
{
    /// <summary>A-ASSOCIATE-RQ as PS3.8 Table 9-11 lays it out, without its six bytes of header.</summary>
    private static readonly byte[] RequestBody =
    [
        0x00, 0x01, // protocol version 1
        0x00, 0x00, // reserved
        .. "MEDCLOUD        "u8, // called AE title, 16 bytes
        .. "MODALITY1       "u8, // calling AE title, 16 bytes
        .. Enumerable.Repeat((byte)0xA5, 32), // reserved, to be given back
        0x10, 0x00, 0x00, 0x15, // application context item, 21 bytes
        .. "1.2.840.10008.3.1.1.1"u8,
        0x20, 0x00, 0x00, 0x2E, // presentation context item, 46 bytes
        0x01, 0x00, 0x00, 0x00, // context ID 1, reserved
        0x30, 0x00, 0x00, 0x11, // abstract syntax, 17 bytes
        .. "1.2.840.10008.1.1"u8,
        0x40, 0x00, 0x00, 0x11, // transfer syntax, 17 bytes
        .. "1.2.840.10008.1.2"u8,
        0x50, 0x00, 0x00, 0x55, // user information, 85 bytes
        0x51, 0x00, 0x00, 0x04, // maximum length
        0x00, 0x00, 0x40, 0x00, // 16384
        0x52, 0x00, 0x00, 0x07, // implementation class UID
        .. "1.2.3.4"u8,
        0x53, 0x00, 0x00, 0x04, // asynchronous operations window
        0x00, 0x05, 0x00, 0x06, // invoked 5, performed 6
        0x54, 0x00, 0x00, 0x15, // role selection, 21 bytes
        0x00, 0x11, // UID length 17
        .. "1.2.840.10008.1.1"u8,
        0x01, 0x01, // SCU and SCP
        0x55, 0x00, 0x00, 0x03, // implementation version name
        .. "V 1"u8,
        0x56, 0x00, 0x00, 0x0C, // SOP class extended negotiation, 12 bytes
        0x00, 0x05, // UID length 5
        .. "1.2.3"u8,
        0x01, 0x02, 0x03, 0x04, 0x05, // application information
        0x58, 0x00, 0x00, 0x06, // user identity
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, // user name, no response, two empty fields
        0x7F, 0x00, 0x00, 0x00, // an item of the future
    ];

    [Fact]
    public void ReadAssociateRequest_TheStandardsLayout_GivesEveryField()
    {
        var request = PduParser.ReadAssociateRequest(RequestBody);

        Assert.Equal(1, request.ProtocolVersion);
        Assert.Equal("MEDCLOUD", request.CalledAeTitle);
        Assert.Equal("MODALITY1", request.CallingAeTitle);
        Assert.Equal("1.2.840.10008.3.1.1.1", request.ApplicationContext);
        var context = Assert.Single(request.Contexts);
        Assert.Equal(1, context.Id);
        Assert.Equal("1.2.840.10008.1.1", context.AbstractSyntax);
        Assert.Equal(["1.2.840.10008.1.2"], context.TransferSyntaxes);
        Assert.Equal(16384u, request.UserInformation.MaximumLength);
        Assert.Equal("1.2.3.4", request.UserInformation.ImplementationClassUid);
        Assert.Equal(new AsynchronousOperations(5, 6), request.UserInformation.AsynchronousOperations);
        Assert.Equal([new RoleSelection("1.2.840.10008.1.1", true, true)], request.UserInformation.Roles);
        Assert.Equal("V 1", request.UserInformation.ImplementationVersionName);
        Assert.Equal(["1.2.3"], request.UserInformation.ExtendedNegotiations);
        Assert.True(request.UserInformation.UserIdentitySent);
        Assert.Equal(RequestBody[4..68], request.Echo.ToArray());
    }

    [Fact]
    public void Write_AssociateRequest_IsTheStandardsLayout()
    {
        var request = new AssociateRequest(
            1, "MEDCLOUD", "US1", "1.2.840.10008.3.1.1.1",
            [new RequestedContext(3, "1.2.840.10008.1.1", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])],
            new UserInformation(131072, "1.2") { ImplementationVersionName = "X" },
            PduWriter.Echo(AeTitle.Parse("MEDCLOUD"), AeTitle.Parse("US1")));

        Assert.Equal(
            [
                0x01, 0x00, 0x00, 0x00, 0x00, 0xBE, // A-ASSOCIATE-RQ, 190 bytes
                0x00, 0x01, 0x00, 0x00, // version, reserved
                .. "MEDCLOUD        "u8,
                .. "US1             "u8,
                .. new byte[32],
                0x10, 0x00, 0x00, 0x15, .. "1.2.840.10008.3.1.1.1"u8, // application context
                0x20, 0x00, 0x00, 0x45, 0x03, 0x00, 0x00, 0x00, // presentation context 3
                0x30, 0x00, 0x00, 0x11, .. "1.2.840.10008.1.1"u8,
                0x40, 0x00, 0x00, 0x11, .. "1.2.840.10008.1.2"u8,
                0x40, 0x00, 0x00, 0x13, .. "1.2.840.10008.1.2.1"u8,
                0x50, 0x00, 0x00, 0x14, // user information
                0x51, 0x00, 0x00, 0x04, 0x00, 0x02, 0x00, 0x00, // maximum length 131072
                0x52, 0x00, 0x00, 0x03, .. "1.2"u8,
                0x55, 0x00, 0x00, 0x01, .. "X"u8,
            ],
            PduWriter.Write(request));
    }

    [Fact]
    public void AssociateAccept_WrittenAndRead_IsTheSame()
    {
        var echo = Enumerable.Range(0, 64).Select(value => (byte)value).ToArray();
        var bytes = PduWriter.Write(new AssociateAccept(
            [new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2.5"), new AnsweredContext(5, ContextResult.AbstractSyntaxNotSupported, "1.2.840.10008.1.2")],
            new UserInformation(16384, "1.2.3") { AsynchronousOperations = new(1, 1), Roles = [new RoleSelection("1.2", true, false)] },
            echo));

        Assert.Equal([0x02, 0x00], bytes[..2]); // A-ASSOCIATE-AC
        Assert.Equal([0x00, 0x01, 0x00, 0x00], bytes[6..10]); // version, reserved
        Assert.Equal(echo, bytes[10..74]); // titles and reserved bytes of the request
        Assert.Equal([0x21, 0x00, 0x00, 0x1B, 0x01, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x13], bytes[99..111]); // context 1, acceptance, transfer syntax
        var accept = PduParser.ReadAssociateAccept(bytes.AsSpan(6));
        Assert.Equal([new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2.5"), new AnsweredContext(5, ContextResult.AbstractSyntaxNotSupported, "1.2.840.10008.1.2")], accept.Contexts);
        Assert.Equal(16384u, accept.UserInformation.MaximumLength);
        Assert.Equal(new AsynchronousOperations(1, 1), accept.UserInformation.AsynchronousOperations);
        Assert.Equal([new RoleSelection("1.2", true, false)], accept.UserInformation.Roles);
    }

    [Fact]
    public void ShortPdus_AreTheStandardsBytes()
    {
        Assert.Equal([0x03, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x01, 0x01, 0x07], PduWriter.Write(Rejection.CalledAeTitleNotRecognized));
        Assert.Equal([0x03, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x02, 0x03, 0x02], PduWriter.Write(Rejection.LocalLimitExceeded));
        Assert.Equal([0x05, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00], PduWriter.ReleaseRequest.ToArray());
        Assert.Equal([0x06, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00], PduWriter.ReleaseResponse.ToArray());
        Assert.Equal([0x07, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x02, 0x06], PduWriter.Write(new Abort(AbortSource.ServiceProvider, AbortReason.InvalidParameterValue)));
        Assert.Equal(new Rejection(RejectResult.Transient, RejectSource.ServiceProviderPresentation, 1), PduParser.ReadAssociateReject([0, 2, 3, 1]));
        Assert.Equal(new Abort(AbortSource.ServiceProvider, AbortReason.UnexpectedPdu), PduParser.ReadAbort([0, 0, 2, 2]));
    }

    [Theory]
    [InlineData(true, false, 0x01)]
    [InlineData(true, true, 0x03)]
    [InlineData(false, false, 0x00)]
    [InlineData(false, true, 0x02)]
    public void WriteDataHeader_IsTheStandardsLayout(bool command, bool last, byte control)
    {
        var header = new byte[12];

        var length = PduWriter.WriteDataHeader(header, 7, command, last, 0x01FFFA);

        Assert.Equal(12, length);
        Assert.Equal(
            [
                0x04, 0x00, 0x00, 0x02, 0x00, 0x00, // P-DATA-TF, 131072 bytes
                0x00, 0x01, 0xFF, 0xFC, // PDV length: context ID, control header and fragment
                0x07, control,
            ],
            header);
    }

    [Fact]
    public void ReadAssociateRequest_CutAnywhere_IsRefusedOrComplete()
    {
        for (var length = 0; length < RequestBody.Length; length++)
        {
            var cut = RequestBody[..length];
            // Where an item of the outer level ends, the rest is a shorter request and not a broken one.
            if (length is 68 or 93 or 143 or 232)
                Assert.True(PduParser.ReadAssociateRequest(cut).Contexts.Count <= 1);
            else
                Assert.Throws<PduFormatException>(() => PduParser.ReadAssociateRequest(cut));
        }
    }

    [Theory]
    [InlineData(97, 0x02, "even presentation context ID")]
    [InlineData(96, 0xFF, "item longer than what holds it")] // length of the context item
    [InlineData(104, 0xFF, "item longer than what holds it")] // length of the abstract syntax
    [InlineData(150, 0x05, "maximum length item of another length")]
    [InlineData(179, 0xFF, "UID length beyond its item")] // of the role selection
    public void ReadAssociateRequest_AWrongField_IsNamed(int offset, byte value, string problem)
    {
        var bytes = (byte[])RequestBody.Clone();
        bytes[offset] = value;

        var exception = Assert.Throws<PduFormatException>(() => PduParser.ReadAssociateRequest(bytes));

        Assert.Equal(AbortReason.InvalidParameterValue, exception.Reason);
        Assert.Equal(problem, exception.Message);
    }

    [Fact]
    public void ReadAssociateRequest_AContextIdTwice_IsRefused()
    {
        byte[] bytes = [.. RequestBody, .. RequestBody[93..143]];

        Assert.Equal("presentation context ID used twice", Assert.Throws<PduFormatException>(() => PduParser.ReadAssociateRequest(bytes)).Message);
    }

    [Fact]
    public void ReadAssociateRequest_AMaximumTooSmallForAFragment_IsRefused()
    {
        var bytes = (byte[])RequestBody.Clone();
        bytes.AsSpan(151, 4).Clear();
        Assert.Equal(0u, PduParser.ReadAssociateRequest(bytes).UserInformation.MaximumLength);
        bytes[154] = 7;

        Assert.Equal("maximum length below one fragment", Assert.Throws<PduFormatException>(() => PduParser.ReadAssociateRequest(bytes)).Message);
    }

    [Theory]
    [InlineData("MEDCLOUD", true)]
    [InlineData("  padded  ", true)]
    [InlineData("SIXTEEN LETTERS!", true)]
    [InlineData("SEVENTEEN LETTERS", false)]
    [InlineData("", false)]
    [InlineData("    ", false)]
    [InlineData("BACK\\SLASH", false)]
    [InlineData("LINE\nBREAK", false)]
    [InlineData("ÜMLAUT", false)]
    public void AeTitle_Reads_OnlyWhatTheStandardAllows(string text, bool expected)
    {
        Assert.Equal(expected, AeTitle.TryParse(text, out var title));
        Assert.Equal(expected ? text.Trim() : "", title.Value);
    }
}
