[assembly: AssemblyFixture(typeof(Freshet.Tests.SharedPostgres))]

namespace Freshet.Tests;

/// <summary>Ends the server that tests share, once the last of them has ended.</summary>
/// <remarks>Not as late as the process' own end: xUnit takes what lasts longer than a second there for a thread that was left running, and cuts it short.</remarks>
public sealed class SharedPostgres : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await PostgresServer.EndSharedAsync();
}
