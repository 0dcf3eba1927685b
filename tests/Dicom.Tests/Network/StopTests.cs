using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

public sealed class StopTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AStop_FinishesTheOperationUnderWay_AndAbortsWhatRests()
    {
        var entered = new TaskCompletionSource();
        await using var server = AServer.Start(async (request, cancellationToken) =>
        {
            entered.SetResult();
            await request.DataSet.CopyToAsync(Stream.Null, cancellationToken);
            return new StoreResponse(DimseStatus.Success);
        });
        using var resting = await Peer.AssociateAsync(server.Port);
        using var sending = await Peer.AssociateAsync(server.Port);
        using var halfOpen = await Peer.ConnectAsync(server.Port);
        await sending.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)));
        await entered.Task.WaitAsync(Cancelled);

        var stop = server.StopAsync(Cancelled);

        Assert.Equal((0, 0), await resting.ReceiveAbortAsync());
        resting.Dispose();
        Assert.Null(await halfOpen.ReceiveAsync());
        await sending.SendAsync(Peer.Data(Peer.Value(1, 2, 3, 4)));
        Assert.Equal(0, (await sending.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        Assert.Equal((0, 0), await sending.ReceiveAbortAsync());
        sending.Dispose();
        await stop;
    }

    [Fact]
    public async Task AStopWhoseTimeIsUp_AbortsTheOperation_AndEndsItsStream()
    {
        var entered = new TaskCompletionSource();
        var failure = new TaskCompletionSource<Exception>();
        using var grace = new CancellationTokenSource();
        await using var server = AServer.Start(async (request, cancellationToken) =>
        {
            entered.SetResult();
            try
            {
                await request.DataSet.CopyToAsync(Stream.Null, CancellationToken.None);
                return new StoreResponse(DimseStatus.Success);
            }
            catch (AssociationEndedException exception)
            {
                failure.SetResult(exception);
                throw;
            }
        });
        using var peer = await Peer.AssociateAsync(server.Port);
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)));

        await entered.Task.WaitAsync(Cancelled);

        var stop = server.StopAsync(grace.Token);
        await grace.CancelAsync();

        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.AbortedHere, Assert.IsType<AssociationEndedException>(await failure.Task.WaitAsync(Cancelled)).End);
        peer.Dispose();
        await stop;
    }

    [Fact]
    public async Task AHandlerThatHangs_IsCancelledWhenTheTimeIsUp()
    {
        var entered = new TaskCompletionSource();
        await using var server = AServer.Start(async (_, cancellationToken) =>
        {
            entered.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            return new StoreResponse(DimseStatus.Success);
        });
        using var peer = await Peer.AssociateAsync(server.Port);
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)));
        await entered.Task.WaitAsync(Cancelled);

        await server.StopAsync(new CancellationToken(canceled: true));

        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }
}
