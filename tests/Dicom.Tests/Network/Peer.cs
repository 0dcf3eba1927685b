using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>A scripted peer: sends whatever bytes the test says, and reads whole PDUs.</summary>
internal sealed class Peer(Socket socket) : IDisposable
{
    public const string Ct = "1.2.840.10008.5.1.4.1.1.2";
    public const string Verification = "1.2.840.10008.1.1";

    public static readonly byte[] Release = [0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    public static readonly byte[] ReleaseAnswer = [0x06, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    public static readonly byte[] AbortByUser = [0x07, 0, 0, 0, 0, 4, 0, 0, 0, 0];

    public Socket Socket { get; } = socket;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<Peer> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancelled);
        return new Peer(socket);
    }

    /// <summary>An association with <paramref name="port"/>: context 1 CT in implicit VR, context 3 CT in explicit VR, context 5 Verification.</summary>
    public static async Task<Peer> AssociateAsync(int port, uint maximumLength = 131072)
    {
        var peer = await ConnectAsync(port);
        await peer.SendAsync(Request("MEDCLOUD", maximumLength: maximumLength));
        Assert.Equal(PduType.AssociateAccept, (await peer.ReceiveAsync())?.Type);
        return peer;
    }

    public static byte[] Request(string called, string calling = "PEER", uint maximumLength = 131072) => PduWriter.Write(new AssociateRequest(
        1, called, calling, Negotiation.DicomApplicationContext,
        [
            new RequestedContext(1, Ct, ["1.2.840.10008.1.2"]),
            new RequestedContext(3, Ct, ["1.2.840.10008.1.2.1"]),
            new RequestedContext(5, Verification, ["1.2.840.10008.1.2"]),
        ],
        new UserInformation(maximumLength, "1.2.3"),
        PduWriter.Echo(AeTitle.Parse(called), AeTitle.Parse(calling))));

    /// <summary>A PDU with any type and declared length.</summary>
    public static byte[] Pdu(byte type, uint length, params byte[] body)
    {
        byte[] pdu = [type, 0, 0, 0, 0, 0, .. body];
        BinaryPrimitives.WriteUInt32BigEndian(pdu.AsSpan(2), length);
        return pdu;
    }

    /// <summary>P-DATA-TF with these presentation data values.</summary>
    public static byte[] Data(params byte[][] values) => Pdu(0x04, (uint)values.Sum(value => value.Length), [.. values.SelectMany(value => value)]);

    /// <summary>One presentation data value. <paramref name="control"/>: 0 data set, 1 command, and 2 more for the last fragment.</summary>
    public static byte[] Value(byte contextId, byte control, params byte[] fragment)
    {
        byte[] value = [0, 0, 0, 0, contextId, control, .. fragment];
        BinaryPrimitives.WriteInt32BigEndian(value, 2 + fragment.Length);
        return value;
    }

    public static byte[] EchoCommand(ushort messageId = 1) => Command.Encode(Command.EchoRequest(messageId));

    public static byte[] StoreCommand(ushort messageId = 1, string sopClass = Ct, string sopInstance = "1.2.3.4") =>
        Command.Encode(Command.StoreRequest(messageId, Uid.Parse(sopClass), Uid.Parse(sopInstance)));

    public async Task SendAsync(params byte[][] pdus) => await Socket.SendAsync(pdus.SelectMany(pdu => pdu).ToArray(), Cancelled);

    /// <summary>The next PDU; null when the connection is closed.</summary>
    public async Task<(PduType Type, byte[] Body)?> ReceiveAsync()
    {
        if (await ReceiveBytesAsync(6) is not { } header)
            return null;
        return await ReceiveBytesAsync(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(2))) is { } body ? ((PduType)header[0], body) : null;
    }

    /// <summary>The next PDU, which has to be P-DATA-TF with one whole command.</summary>
    public async Task<DataSet> ReceiveCommandAsync()
    {
        var (type, body) = await ReceiveAsync() ?? throw new InvalidOperationException("the connection is closed");
        Assert.Equal(PduType.Data, type);
        Assert.Equal(body.Length - 4, BinaryPrimitives.ReadInt32BigEndian(body));
        Assert.Equal(3, body[5]);
        return await Command.DecodeAsync(body[6..], body.Length - 6, Cancelled);
    }

    /// <summary>The next PDU, which has to be A-ABORT: its source and reason.</summary>
    public async Task<(int Source, int Reason)> ReceiveAbortAsync()
    {
        var (type, body) = await ReceiveAsync() ?? throw new InvalidOperationException("the connection is closed");
        Assert.Equal(PduType.Abort, type);
        return (body[2], body[3]);
    }

    public void Dispose() => Socket.Dispose();

    private async Task<byte[]?> ReceiveBytesAsync(int count)
    {
        var bytes = new byte[count];
        try
        {
            for (var read = 0; read < count;)
            {
                var now = await Socket.ReceiveAsync(bytes.AsMemory(read), Cancelled);
                if (now == 0)
                    return null;
                read += now;
            }
            return bytes;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }
}
