using System.Data.Common;
using Freshet.Tests.SecondLevel;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Freshet.Conformance;

/// <summary>Freshet over a log and a second level in memory.</summary>
public sealed class OverMemoryTests : ConformanceTests
{
    protected override async Task<ICachePair> StartAsync(TimeSpan offsetOfB = default) => await MemoryPair.StartAsync(offsetOfB);

    private sealed class MemoryPair(SharedFile file, TestLogConnection linkA, TestLogConnection linkB, FreshetNode a, FreshetNode b) : ICachePair
    {
        public ICacheNode A => a;

        public ICacheNode B => b;

        public static async Task<MemoryPair> StartAsync(TimeSpan offsetOfB)
        {
            var (server, store, file) = (new TestLogServer(TimeProvider.System) { IsMature = true }, new SharedStore(), new SharedFile());
            var (linkA, linkB) = (server.Connect("a"), server.Connect("b"));
            var a = await FreshetNode.StartAsync(file.Connect, default, builder => builder.Services.AddSingleton<ILogService>(linkA).AddSingleton<ISecondLevel>(store));
            var b = await FreshetNode.StartAsync(file.Connect, offsetOfB, builder => builder.Services.AddSingleton<ILogService>(linkB).AddSingleton<ISecondLevel>(store));
            return new MemoryPair(file, linkA, linkB, a, b);
        }

        public void LoseMessagesToA() => linkA.DropsBells = true;

        public void CutA() => linkA.IsCut = true;

        public void CutB() => linkB.IsCut = true;

        public void Mend()
        {
            foreach (var link in (TestLogConnection[])[linkA, linkB])
            {
                (link.IsCut, link.DropsBells) = (false, false);
                link.TellConnection(true);
            }
        }

        // Cut off for good: whatever it still has to say reaches nobody.
        public async Task KillBAsync()
        {
            await b.DisposeAsync();
            linkB.Hang();
        }

        public async ValueTask DisposeAsync()
        {
            linkA.Heal();
            await a.DisposeAsync();
            linkB.Heal();
            await b.DisposeAsync();
            file.Dispose();
        }
    }
}

/// <summary>The database that the nodes share: a file of one test's own.</summary>
internal sealed class SharedFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("freshet-conformance-").FullName;

    public DbConnection Connect() => new SqliteConnection($"Data Source={Path.Combine(_folder, "things.db")};Pooling=False;Default Timeout=30");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
