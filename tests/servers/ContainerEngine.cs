using System.Net.Sockets;

namespace MedCloud.Tests;

/// <summary>A container engine with images and containers of its own, which docker-compose takes for Docker's: podman.</summary>
internal sealed class ContainerEngine() : TestServer("podman", ports: 0)
{
    /// <summary>What docker-compose finds it by: <c>DOCKER_HOST</c>.</summary>
    public string Address => $"unix://{SocketFile}";

    /// <summary>Where it keeps everything; <c>tests/servers/images</c> puts images there.</summary>
    public string Storage => Folder;

    private string SocketFile => Path.Combine(Folder, "podman.sock");

    protected override async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketFile), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
