using System.Data.Common;
using Freshet.Sql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Freshet.Conformance;

/// <summary>One node of Freshet. What it invalidates is committed in the outbox of a database that the nodes share, as an application's writes are.</summary>
internal sealed class FreshetNode : ICacheNode, IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Func<DbConnection> _connect;
    private readonly Loaders _loaders = new();

    private FreshetNode(Func<DbConnection> connect, TimeSpan offset, Action<FreshetBuilder> share)
    {
        _connect = connect;
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new OffsetTime(offset));
        services.AddSingleton(_loaders);
        var builder = services.AddFreshet().Add<Cached>().Configure(options =>
        {
            // Short, so that who waits for a node that is cut off waits little.
            options.SharedLog.LeaseDuration = TimeSpan.FromMilliseconds(400);
            options.SharedLog.LeaseMargin = TimeSpan.FromMilliseconds(100);
            options.SharedLog.ExchangeInterval = TimeSpan.FromMilliseconds(100);
            options.SharedLog.ExchangeTimeout = TimeSpan.FromMilliseconds(500);
            options.SharedLog.AppendTimeout = TimeSpan.FromMilliseconds(500);
        }).UseSqliteOutbox(connect, options =>
        {
            options.CreateTables = true;
            options.Grace = TimeSpan.Zero;
            options.PollInterval = TimeSpan.FromMilliseconds(100);
        });
        share(builder);
        _services = services.BuildServiceProvider();
        Freshet = _services.GetRequiredService<IFreshet>();
    }

    public IFreshet Freshet { get; }

    public static async Task<FreshetNode> StartAsync(Func<DbConnection> connect, TimeSpan offset, Action<FreshetBuilder> share)
    {
        var node = new FreshetNode(connect, offset, share);
        foreach (var hosted in node._services.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return node;
    }

    public async Task<int> GetAsync(string key, string tag, Func<Task<int>> load, bool toleratesStale)
    {
        _loaders.Give(key, load);
        return (await Freshet.ReadAsync(toleratesStale ? Cached.Tolerant : Cached.Exact, new Asked(key, tag))).Number;
    }

    public Task InvalidateKeyAsync(string key) => WriteAsync(() => Freshet.Raise(new EntryChanged(key)));

    public Task InvalidateTagAsync(string tag) => WriteAsync(() => Freshet.Raise(new GroupChanged(tag)));

    public Task MarkStaleAsync(string tag, TimeSpan servedFor) => WriteAsync(() => Freshet.RevalidateTag(Cached.Group.For(tag), new Profile("served", servedFor, servedFor, servedFor)));

    public Task SetAsync(string key, string tag, int value) => WriteAsync(() => Freshet.Raise(new EntryChanged(key)), () => Freshet.WriteThrough(Cached.Exact, new Asked(key, tag), new Numbered(value, value)));

    public void ForgetMemory() => ((FreshetService)Freshet).Store.Trim(int.MaxValue);

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    private async Task WriteAsync(Action raise, Action? afterCommit = null)
    {
        await using var action = Freshet.BeginUserAction("write");
        await using (var connection = _connect())
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            raise();
            await Freshet.SaveOutboxAsync(transaction);
            await transaction.CommitAsync();
        }
        afterCommit?.Invoke();
        await action.CompleteAsync();
    }

    /// <summary>A clock that is off.</summary>
    private sealed class OffsetTime(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
