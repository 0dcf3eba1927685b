namespace MedCloud.Dicom.Network;

/// <summary>The data set of one message, read from the connection as its reader asks for it. Reading is asynchronous only.</summary>
internal sealed class DataSetStream(MessageReader messages) : ForwardOnlyStream
{
    private bool closed;

    public override bool CanRead => !closed;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        return messages.ReadDataSetAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        closed = true;
        base.Dispose(disposing);
    }
}
